// Texts of strangers, as api/pages/texts.py shows them: cut, and with marks for what is unseen.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u;
const STEPS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const SHOWN = 64;
const TAIL = 24;

export function name(text, length = SHOWN) {
  const chars = Array.from(text);
  const cut = chars.length <= length
    ? chars
    : [...chars.slice(0, length - TAIL - 1), "…", ...chars.slice(-TAIL)];
  const isolated = document.createElement("bdi");
  isolated.className = "name";
  for (const char of cut) isolated.append(UNSEEN.test(char) ? mark(char) : char);
  isolated.normalize();
  return isolated;
}

export function size(bytes) {
  let amount = bytes;
  let step = 0;
  while (amount >= 1024 && step < STEPS.length - 1) {
    amount /= 1024;
    step += 1;
  }
  return `${amount.toFixed(step ? 1 : 0)} ${STEPS[step]}`;
}

function mark(char) {
  const shown = document.createElement("span");
  shown.className = "mark";
  shown.textContent = `U+${char.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
  return shown;
}
