// The requests of a vote. A vote is repeated until the server acknowledges it: storing it twice is impossible.

const token = document.querySelector('meta[name="gallop-page"]').content;

export class Refused extends Error {
  constructor(status, answer) {
    super(answer.message || String(status));
    this.status = status;
    this.code = answer.error || "failed";
    this.answer = answer;
  }
}

async function post(path, body) {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json", "x-gallop-page": token },
    body: JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told);
  return told;
}

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

// Repeats while the server is away or out of order; passes every refusal on.
async function insist(path, body, waiting) {
  for (let wait = 0.5; ; wait = Math.min(8, 2 * wait)) {
    try {
      return await post(path, body);
    } catch (error) {
      if (error instanceof Refused && error.status < 500) throw error;
      waiting();
      await pause(wait);
    }
  }
}

export const next = (waiting) => insist("/api/next", {}, waiting);
export const ready = (pairing, waiting) => insist("/api/ready", { pairing }, waiting);
export const vote = (ballot, waiting) => insist("/api/vote", ballot, waiting);
