// Makes elements. Texts are set as texts, so names with markup in them stay what they are.

/** Make an element with a class, a text and children. */
export function make(tag, className = "", text = "", ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  element.append(...children);
  return element;
}

/** Make one of the theme's symbols; what it means is said beside it. */
export function symbol(name) {
  const element = make("span", "material-symbols-outlined", name);
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** Change a text only where it differs: an unchanged node costs the browser nothing. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
