// Who spoke when: spans of milliseconds, [start, end], ascending and apart from each other.

/** Give where the span begins that holds a moment, or lies within `slack` of it; null for none. */
export function startOf(spans, moment, slack = 0) {
  const near = spans.filter(([start, end]) => start - slack <= moment && moment <= end + slack);
  const inside = near.find(([start, end]) => start <= moment && moment <= end);
  return (inside ?? near[0] ?? [null])[0];
}

/** Give where the next span begins after a moment; after the last one, the first; null for none. */
export function nextStart(spans, moment) {
  return (spans.find(([start]) => start > moment) ?? spans[0] ?? [null])[0];
}

/** Give the names of those who speak at a moment. */
export function speakersAt(speakers, moment) {
  const speaks = ({ spans }) => spans.some(([start, end]) => start <= moment && moment < end);
  return speakers.filter(speaks).map(({ name }) => name);
}
