'use strict';
// Pictures of one indicator: where it stands between baseline and target, and how it went from year to year.
(function (e) {
  const WIDE = 132;
  const HIGH = 22;

  const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
  const percent = (value, unit) => `${value.toFixed(2)}${unit === '%' ? '%' : ' km²'}`;

  /** The least and the largest of some figures, with room on both sides. */
  function span(figures, share, least) {
    const low = Math.min(...figures);
    const high = Math.max(...figures);
    const room = Math.max((high - low) * share, least);
    return [low - room, high + room];
  }

  /** A line from baseline to target with the value on it, and the interval where it is known. */
  e.bulletPicture = function (target, value, interval) {
    const figures = [value, target.baseline, target.target, ...interval].filter(known);
    const [low, high] = span(figures, 0.12, 0.4);
    const at = (figure) => 4 + ((figure - low) / (high - low)) * (WIDE - 8);
    const parts = [e.s('line', { x1: 2, x2: WIDE - 2, y1: HIGH / 2, y2: HIGH / 2, class: 'track' })];
    if (known(target.baseline) && known(value)) parts.push(e.s('line', { x1: at(target.baseline), x2: at(value), y1: HIGH / 2, y2: HIGH / 2, class: 'gone' }));
    if (known(target.baseline)) parts.push(e.s('line', { x1: at(target.baseline), x2: at(target.baseline), y1: 7, y2: HIGH - 7, class: 'from' }));
    if (interval.every(known)) parts.push(e.s('line', { x1: at(interval[0]), x2: at(interval[1]), y1: HIGH / 2, y2: HIGH / 2, class: 'interval' }));
    if (known(target.target)) parts.push(e.s('path', { d: `M${at(target.target)} 2V${HIGH - 2}`, class: 'aim' }));
    if (known(value)) parts.push(e.s('circle', { cx: at(value), cy: HIGH / 2, r: 4.2, class: 'now' }));
    return e.s('svg', { class: 'bullet', viewBox: `0 0 ${WIDE} ${HIGH}`, width: WIDE, height: HIGH, 'aria-hidden': 'true', focusable: 'false' }, parts);
  };

  function ticks(low, high) {
    const raw = (high - low) / 4;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map((one) => one * power).find((one) => one >= raw);
    const found = [];
    for (let k = Math.ceil(low / step); k * step <= high; k += 1) found.push(k * step);
    return { found, digits: Math.max(0, -Math.floor(Math.log10(step))) };
  }

  /** The trend of one indicator: values with their intervals, baseline, target and the way between them. */
  e.trendPicture = function ({ title, unit, points, target }) {
    const W = 400;
    const H = 210;
    const M = { left: 44, right: 14, top: 14, bottom: 26 };
    const marks = [];
    if (target && known(target.baseline) && known(target.baseline_year)) marks.push([target.baseline_year, target.baseline]);
    if (target && known(target.target) && known(target.target_year)) marks.push([target.target_year, target.target]);
    const years = [...points.map((one) => one.year), ...marks.map(([year]) => year)];
    const figures = [...points.flatMap((one) => [one.value, one.low, one.high]), ...marks.map(([, value]) => value)].filter(known);
    if (!figures.length || !years.length) return null;
    let [first, last] = [Math.min(...years), Math.max(...years)];
    if (first === last) [first, last] = [first - 1, last + 1];
    let [low, high] = span(figures, 0.15, 0.3);
    if (unit === '%') [low, high] = [Math.max(low, 0), Math.min(high, 100)];
    const x = (year) => M.left + ((year - first) / (last - first)) * (W - M.left - M.right - 20) + 10;
    const y = (value) => H - M.bottom - ((value - low) / (high - low)) * (H - M.top - M.bottom);
    const parts = [];
    const { found, digits } = ticks(low, high);
    for (const tick of found) {
      parts.push(e.s('line', { x1: M.left, x2: W - M.right, y1: y(tick), y2: y(tick), class: 'grid' }));
      parts.push(e.s('text', { x: M.left - 6, y: y(tick) + 4, class: 'tick', 'text-anchor': 'end' }, tick.toFixed(digits)));
    }
    let right = -Infinity;
    for (const year of [...new Set(years)].sort((a, b) => a - b)) {
      if (x(year) - right < 34) continue;
      right = x(year);
      parts.push(e.s('text', { x: x(year), y: H - 8, class: 'tick', 'text-anchor': 'middle' }, year));
    }
    if (marks.length === 2) parts.push(e.s('line', { x1: x(marks[0][0]), y1: y(marks[0][1]), x2: x(marks[1][0]), y2: y(marks[1][1]), class: 'way' }));
    const drawn = points.filter((one) => known(one.value));
    parts.push(e.s('path', { d: drawn.map((one, i) => `${i ? 'L' : 'M'}${x(one.year)} ${y(one.value)}`).join(''), class: 'course' }));
    for (const one of drawn) {
      if (known(one.low) && known(one.high)) parts.push(e.s('path', { d: `M${x(one.year)} ${y(one.low)}V${y(one.high)}M${x(one.year) - 4} ${y(one.low)}h8M${x(one.year) - 4} ${y(one.high)}h8`, class: 'whisker' }));
      parts.push(e.s('circle', { cx: x(one.year), cy: y(one.value), r: 4, class: 'point' }, e.s('title', {}, `${one.year}: ${one.words}`)));
    }
    if (target && known(target.target) && known(target.target_year)) {
      const [aimX, aimY] = [x(target.target_year), y(target.target)];
      parts.push(e.s('path', { d: `M${aimX} ${aimY - 6}l6 6-6 6-6-6z`, class: 'aim' }, e.s('title', {}, `${target.target_year}: ${percent(target.target, unit)}`)));
    }
    if (target && known(target.baseline) && known(target.baseline_year)) {
      parts.push(e.s('rect', { x: x(target.baseline_year) - 4, y: y(target.baseline) - 4, width: 8, height: 8, class: 'base' }, e.s('title', {}, `${target.baseline_year}: ${percent(target.baseline, unit)}`)));
    }
    return e.s('svg', { class: 'trend', viewBox: `0 0 ${W} ${H}`, role: 'img', 'aria-label': title }, parts);
  };
})(window.ecozone);
