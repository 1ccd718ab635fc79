// The page's elements by their ids.

/**
 * The element with that id, which must be of that kind; throws TypeError otherwise.
 * @template {HTMLElement} Kind
 * @overload
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
/**
 * @overload
 * @param {string} id
 * @returns {HTMLElement}
 */
/**
 * @param {string} id
 * @param {new () => HTMLElement} kind
 */
export function element(id, kind = HTMLElement) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new TypeError(`#${id} is not a ${kind.name}`);
  return found;
}

/**
 * A new element with a text.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string | null} text
 * @param {Partial<HTMLElementTagNameMap[Tag]>} more properties
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function part(tag, text, more = {}) {
  return Object.assign(document.createElement(tag), { textContent: text, ...more });
}
