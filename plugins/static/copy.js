// Copied money and numbers are digits: 144610151759 instead of Rp144.610.151.759. The page works without this.
document.addEventListener("copy", (event) => {
  const chosen = getSelection();
  if (!chosen.rangeCount || chosen.isCollapsed || !event.clipboardData) return;
  const range = chosen.getRangeAt(0);
  const inside = range.commonAncestorContainer;
  const cell = (inside.nodeType === 1 ? inside : inside.parentElement).closest("data[value]");
  if (cell) {
    // part of a number stays as the reader marked it
    if (chosen.toString().trim() !== cell.textContent.trim()) return;
    event.clipboardData.setData("text/plain", cell.value);
    return event.preventDefault();
  }
  const part = range.cloneContents();
  const numbers = part.querySelectorAll("data[value]");
  if (!numbers.length) return;
  for (const number of numbers) number.textContent = number.getAttribute("value");
  for (const box of part.querySelectorAll("td, th, dt")) if (box.nextElementSibling) box.append("\t");
  for (const box of part.querySelectorAll("tr, p, li, h1, h2, h3, dl > div, summary")) box.append("\n");
  const text = part.textContent.replace(/[^\S\t\n]*\n\s*/g, "\n").replace(/[^\S\t\n]+/g, " ").replace(/ ?\t\s?/g, "\t");
  event.clipboardData.setData("text/plain", text.trim());
  event.preventDefault();
});
