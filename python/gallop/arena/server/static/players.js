// Two videos as one: same start, same place, one sound at a time, and how much of each was played.

const DRIFT_SEEK = 0.3, DRIFT_NUDGE = 0.04, NUDGE = 0.05; // seconds, seconds, share of the speed

export class Players {
  constructor(left, right, rule) {
    this.videos = { left, right };
    this.rule = rule;
    this.wanted = false; // playing, as far as the voter is concerned
    for (const video of this.both()) video.addEventListener("ended", () => this.loop());
    setInterval(() => this.align(), 150);
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.pause(); });
  }

  both() { return [this.videos.left, this.videos.right]; }

  // Resolves when both can play, rejects when one cannot.
  load(left, right) {
    this.wanted = false;
    this.mute();
    const playable = (video, source) => new Promise((resolve, reject) => {
      const done = (settle, value) => { video.oncanplaythrough = video.onerror = null; settle(value); };
      video.oncanplaythrough = () => done(resolve);
      video.onerror = () => done(reject, video.error);
      video.playbackRate = 1;
      video.src = source;
      video.load();
    });
    return Promise.all([playable(this.videos.left, left), playable(this.videos.right, right)]);
  }

  // False when the browser wants a gesture first.
  async play() {
    this.wanted = true;
    try {
      await Promise.all(this.both().map((video) => (video.ended ? null : video.play())));
      return true;
    } catch {
      this.pause();
      return false;
    }
  }

  pause() {
    this.wanted = false;
    for (const video of this.both()) video.pause();
  }

  toggle() { return this.wanted ? this.pause() : this.play(); }

  restart() {
    for (const video of this.both()) video.currentTime = 0;
    return this.play();
  }

  // The shorter clip waits at its end for the longer one.
  loop() {
    if (this.wanted && this.both().every((video) => video.ended)) setTimeout(() => { if (this.wanted) this.restart(); }, 400);
  }

  align() {
    const [left, right] = this.both();
    if (!this.wanted || left.paused || right.paused || left.seeking || right.seeking) return;
    const drift = right.currentTime - left.currentTime;
    if (Math.abs(drift) > DRIFT_SEEK) right.currentTime = left.currentTime;
    right.playbackRate = Math.abs(drift) > DRIFT_NUDGE ? 1 - Math.sign(drift) * NUDGE : 1;
  }

  solo(side) {
    for (const [name, video] of Object.entries(this.videos)) video.muted = name !== side;
  }

  mute() { for (const video of this.both()) video.muted = true; }

  needed(side) { return Math.min(this.rule.seconds, this.rule.share * this.videos[side].duration); }

  // Seconds of the clip that were played at least once.
  played(side) {
    const ranges = this.videos[side].played;
    let sum = 0;
    for (let k = 0; k < ranges.length; k++) sum += ranges.end(k) - ranges.start(k);
    return sum;
  }
}
