// What the widgets say, in the reader's language. The English text is the key; a model's "words" hold what else it is.

/** Return `t`, which says a text in the language of these words, with values in the place of their names in braces. Numbers
 * have a decimal comma unless it is English, and then a semicolon between them. */
export function speaker(words) {
  const isEnglish = !words || !Object.keys(words).length;
  const isNumber = (text) => /^[-\u2212\d., ()]+$/.test(text);
  const local = (text) => (isEnglish || !isNumber(text) ? text : text.replaceAll(", ", "; ").replaceAll(".", ","));
  return (text, values = {}) =>
    (words?.[text] ?? local(text)).replace(/\{(\w+)\}/g, (_, name) => local(String(values[name])));
}
