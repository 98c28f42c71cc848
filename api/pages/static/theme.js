// Light or dark: as the system says, until somebody presses the button; a cookie keeps it.
const KEPT_SECONDS = 365 * 24 * 3600;
const system = matchMedia("(prefers-color-scheme: dark)");
const paper = matchMedia("print");

// Calls back when colours have changed: what is drawn on a canvas does not follow by itself
export function onTheme(changed) {
  for (const query of [system, paper]) query.addEventListener("change", changed);
  new MutationObserver(changed).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}

export function startTheme() {
  const button = document.querySelector("[data-theme-toggle]");
  if (!button) return;
  const root = document.documentElement;
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  button.addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `douane_theme=${theme}; Path=/; Max-Age=${KEPT_SECONDS}; SameSite=Strict${secure}`;
    label();
  });
  system.addEventListener("change", label);
  label();
  button.hidden = false;
}
