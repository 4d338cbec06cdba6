// Put among what Sphinx knows of the language, before its own search.

// A number with a point is one word, as in the index; Sphinx leaves words of digits alone out.
var splitQuery = (query) =>
  query
    .replace(/(\d)\.(?=\d)/g, "$1_")
    .split(/[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu)
    .filter((word) => word);

// Sphinx's own scores, but that pages to be read come before those about the library, whose names
// match whole titles and would all come first.
var Scorer = {
  score: ([page, , , , score]) => (page.startsWith("api/") ? score - 100 : score),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
