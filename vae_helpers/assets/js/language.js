// What the widgets say, in the reader's language. The English text is the key; a model's "words" hold what else it is.

/** Return `t`, which says a text in the language of these words, with values in the place of their names in braces. Numbers
 * have a decimal comma unless it is English, and then a semicolon between them. What `says` has for a text is said in its
 * place: whoever shows a widget to somebody who knows no latent code can call things by plainer names. */
export function speaker(words, says) {
  const isEnglish = !words || !Object.keys(words).length;
  const isNumber = (text) => /^[-\u2212\d., ()]+$/.test(text);
  const local = (text) => (isEnglish || !isNumber(text) ? text : text.replaceAll(", ", "; ").replaceAll(".", ","));
  return (text, values = {}) =>
    (says?.[text] ?? words?.[text] ?? local(text)).replace(/\{(\w+)\}/g, (_, name) => local(String(values[name])));
}
