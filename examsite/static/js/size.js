// The size of the letters: 标准, 大, 长辈版. Loaded in <head> without `defer`, so that a page never jumps after it was shown.
// Remembered on this device only; where storage is refused the choice lasts for the page.
{
  const SIZES = ["standard", "large", "elder"];
  const KEY = "text-size";
  const root = document.documentElement;
  root.setAttribute("data-script", "on");

  const read = () => {
    try {
      return window.localStorage.getItem(KEY);
    } catch {
      return null;
    }
  };

  const show = () => {
    const now = root.getAttribute("data-size") || SIZES[0];
    for (const button of document.querySelectorAll("[data-set-size]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-set-size") === now));
    }
  };

  const choose = (size) => {
    root.setAttribute("data-size", size);
    try {
      window.localStorage.setItem(KEY, size);
    } catch {
      // private mode or full store: the page itself still changes
    }
    show();
  };

  const stored = read();
  if (SIZES.includes(stored)) root.setAttribute("data-size", stored);

  document.addEventListener("DOMContentLoaded", show);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-set-size], [data-step-size]");
    if (!button) return;
    const wanted = button.getAttribute("data-set-size");
    const next = SIZES[(SIZES.indexOf(root.getAttribute("data-size") || SIZES[0]) + 1) % SIZES.length];
    choose(SIZES.includes(wanted) ? wanted : next);
  });
}
