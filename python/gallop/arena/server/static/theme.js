// Before the first paint: the reader's choice of light or dark, if there is one.
(() => {
  const root = document.documentElement;
  const kept = () => { try { return localStorage.getItem("gallop-theme"); } catch { return null; } };
  if (kept()) root.dataset.theme = kept();
  addEventListener("DOMContentLoaded", () => {
    document.getElementById("theme")?.addEventListener("click", () => {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      try { localStorage.setItem("gallop-theme", root.dataset.theme); } catch { /* private mode: for this page only */ }
    });
  });
})();
