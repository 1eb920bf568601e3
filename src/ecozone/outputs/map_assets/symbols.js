'use strict';
// Signs: a shape for each verdict, a hatch for each role. Both can be told apart without colour.
(function (e) {
  const VERDICT_SIGNS = {
    prohibited: () => [
      e.s('circle', { cx: 12, cy: 12, r: 10, class: 'body' }),
      e.s('rect', { x: 6, y: 10, width: 12, height: 4, rx: 0.6, class: 'sign' }),
    ],
    conditional: () => [
      e.s('path', { d: 'M12 1.8 23 21.2H1Z', class: 'body' }),
      e.s('path', { d: 'M10.7 8h2.6l-.5 7h-1.6Z', class: 'sign' }),
      e.s('circle', { cx: 12, cy: 17.8, r: 1.4, class: 'sign' }),
    ],
    review: () => [
      e.s('path', { d: 'M12 .8 23.2 12 12 23.2.8 12Z', class: 'body' }),
      e.s('path', { d: 'M9.3 9.9a2.8 2.8 0 1 1 4.3 2.3c-1.1.7-1.6 1.2-1.6 2.3', class: 'stroke' }),
      e.s('circle', { cx: 12, cy: 17.6, r: 1.3, class: 'sign' }),
    ],
    clear: () => [e.s('circle', { cx: 12, cy: 12, r: 8.6, class: 'ring' })],
  };

  /** The sign of a verdict; its word always stands beside it. */
  e.verdictSign = (verdict) =>
    e.s(
      'svg',
      { class: 'verdict-sign v-' + verdict, viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false' },
      (Object.hasOwn(VERDICT_SIGNS, verdict) ? VERDICT_SIGNS[verdict] : VERDICT_SIGNS.review)()
    );

  // A pattern's tile is `w` wide; its stroke runs through the middle, so that no edge cuts it.
  const HATCHES = {
    diagonal: { turn: 45, lines: 1 },
    back_diagonal: { turn: -45, lines: 1 },
    vertical: { turn: 0, lines: 1 },
    horizontal: { turn: 90, lines: 1 },
    cross: { turn: 45, lines: 2 },
    grid: { turn: 0, lines: 2 },
    dots: { turn: 45, dots: true },
  };

  // A name from data may be a word that every object knows, such as "constructor".
  const hatchOf = (style) => (Object.hasOwn(HATCHES, style.hatch) ? HATCHES[style.hatch] : null);

  function tile(style) {
    const w = style.spacing;
    const parts = [e.s('rect', { width: w, height: w, fill: style.fill, 'fill-opacity': style.tint })];
    const hatch = hatchOf(style);
    const ink = { stroke: style.stroke, 'stroke-width': 1, 'stroke-opacity': 0.6 };
    if (hatch && hatch.dots) {
      parts.push(e.s('circle', { cx: w / 2, cy: w / 2, r: 1.25, fill: style.stroke, 'fill-opacity': 0.85 }));
    } else if (hatch) {
      parts.push(e.s('line', { x1: w / 2, y1: 0, x2: w / 2, y2: w, ...ink }));
      if (hatch.lines === 2) parts.push(e.s('line', { x1: 0, y1: w / 2, x2: w, y2: w / 2, ...ink }));
    }
    return parts;
  }

  /** Put the pattern of every style into the page, and say in each style where it is. */
  e.definePatterns = function () {
    chooseDashes();
    const patterns = [];
    e.data.layers.forEach((layer, i) =>
      layer.styles.forEach((style, k) => {
        style.pattern = `hatch-${i}-${k}`;
        const turn = (hatchOf(style) || { turn: 0 }).turn;
        patterns.push(
          e.s(
            'pattern',
            {
              id: style.pattern,
              width: style.spacing,
              height: style.spacing,
              patternUnits: 'userSpaceOnUse',
              patternTransform: `rotate(${turn})`,
            },
            tile(style)
          )
        );
      })
    );
    const before = document.getElementById('hatches');
    if (before) before.remove();
    const defs = e.s('svg', { id: 'hatches', class: 'hatches', width: 0, height: 0, 'aria-hidden': 'true' }, e.s('defs', {}, patterns));
    document.body.append(defs);
  };

  // Outlines differ in their dashes too: the district's first, then the ground's, then the control lines'.
  const PAPER_DASH = '12 4 2 4';
  const GROUND_DASHES = ['5 4', '1.5 3', '9 3 1.5 3'];
  const CONTROL_DASHES = [null, '11 3', '5 3', '9 3 2 3', '2 2.5', '12 3 2 3 2 3'];

  function chooseDashes() {
    let ground = 0;
    let control = 0;
    for (const layer of e.data.layers) {
      for (const style of layer.styles) {
        if (!style.outline) continue;
        if (layer.paper) style.dash = PAPER_DASH;
        else if (layer.ground) style.dash = GROUND_DASHES[ground++ % GROUND_DASHES.length];
        else style.dash = CONTROL_DASHES[control++ % CONTROL_DASHES.length];
      }
    }
  }

  /** The legend's picture of a style. */
  e.swatch = function (layer, style) {
    const line = { stroke: style.stroke, 'stroke-width': style.weight, 'stroke-dasharray': style.dash };
    let picture;
    if (style.shape === 'point') {
      picture = e.s('circle', { cx: 15, cy: 9, r: 4.5, fill: style.fill, stroke: '#fff', 'stroke-width': 1.5 });
    } else if (style.shape === 'line' || style.outline) {
      const weight = style.outline ? e.outlineWeight(layer) : 3;
      picture = e.s('line', { x1: 1, y1: 9, x2: 29, y2: 9, ...line, 'stroke-width': weight });
    } else {
      picture = e.s('rect', { x: 1, y: 1, width: 28, height: 16, fill: `url(#${style.pattern})`, ...line });
    }
    return e.s('svg', { class: 'swatch', viewBox: '0 0 30 18', 'aria-hidden': 'true', focusable: 'false' }, picture);
  };

  e.outlineWeight = (layer) => (layer.paper ? 2.4 : layer.ground ? 1.1 : 2);
})(window.ecozone);
