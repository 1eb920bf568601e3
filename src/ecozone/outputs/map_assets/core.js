'use strict';
// The ground of the page: elements made without HTML, and the data that came with it.
window.ecozone = {};
(function (e) {
  const SVG = 'http://www.w3.org/2000/svg';

  function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === null || value === undefined || value === false) continue;
      if (typeof value === 'function') element.addEventListener(name, value);
      else element.setAttribute(name, value === true ? '' : String(value));
    }
    for (const child of children.flat(Infinity)) {
      if (child === null || child === undefined || child === false || child === '') continue;
      // A string becomes a text node: no text from data is ever read as HTML.
      element.append(child instanceof Node ? child : document.createTextNode(String(child)));
    }
    return element;
  }

  /** Make an HTML element; a function among the attributes is a listener, a string child is text. */
  e.h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
  /** Make an SVG element in the same way. */
  e.s = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

  /** Take data to show; what is drawn of them is drawn anew by whoever drew it. */
  e.take = function (data) {
    e.data = data;
    e.data.sites = e.unpackSites(data.sites, data.verdicts);
    e.verdictWords = Object.fromEntries(data.verdicts.map((verdict) => [verdict.key, verdict.words]));
  };

  e.read = () => e.take(JSON.parse(document.getElementById('ecozone-data').textContent));

  /** A text of the catalogue (map_page.toml) with its {fields} filled. */
  e.t = (key, fields) => e.data.texts['map_page.' + key].replace(/\{([a-z_]+)\}/g, (_, name) => String(fields[name]));

  /** A sentence: how it begins, and what it shares with others. */
  e.sentence = (one) => (typeof one.sentence === 'number' ? e.shared(one.sentence) : (one.sentence || '') + e.shared(one.more));
  e.reason = (state) => state.reason + e.shared(state.more);

  /** A long text that findings share. */
  e.shared = (place) => (place === undefined ? '' : e.data.strings[place]);

  const colours = {};
  /** A colour of the style sheet, where all of them stand. */
  e.colour = (name) => (colours[name] = colours[name] || getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim());

  // A tiny bus: whoever changes what is shown says so, whoever shows it listens.
  const listeners = {};
  e.on = (event, listener) => (listeners[event] = listeners[event] || []).push(listener);
  e.say = (event, detail) => (listeners[event] || []).forEach((listener) => listener(detail));
  /** Let go of all listeners: before everything is drawn anew. */
  e.forget = () => Object.keys(listeners).forEach((event) => delete listeners[event]);
})(window.ecozone);
