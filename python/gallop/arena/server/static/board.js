// Renews the board without reloading the page.
const renew = async () => {
  if (document.hidden) return;
  try {
    const answer = await fetch("/leaderboard?fragment=1");
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("board");
    if (fresh) document.getElementById("board").replaceWith(fresh);
  } catch { /* the server is away; the board stays as it is */ }
};
setInterval(renew, 5000);
