// One key, one action; nothing happens while a modifier is held or in a text field.

const ACTIONS = {
  a: "left", arrowleft: "left", l: "right", arrowright: "right", t: "tie", b: "both_bad", s: "skip",
  " ": "play", r: "restart", 1: "solo_left", 2: "solo_right", 0: "mute", enter: "next", n: "next",
};

export function onKeys(act) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const action = ACTIONS[event.key.toLowerCase()];
    if (!action) return;
    // Enter and space on a focused link or button are its own.
    const focused = document.activeElement;
    if ((event.key === "Enter" || event.key === " ") && focused && focused.matches("a, button, select, input")) return;
    event.preventDefault();
    act(action);
  });
}
