// What the walk through every page asks of a page. An expression: its value has the questions.
(() => {
  const shown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 0 && box.height > 0 && box.right > 0 && element.checkVisibility({ visibilityProperty: true });
  };
  const name = (element) => `${element.tagName.toLowerCase()} «${(element.innerText || element.value || element.name || "").trim().slice(0, 40)}»`;

  // A link inside a sentence is as high as its line; a commune of the map has its row in the list beside it.
  const inSentence = (link) => {
    const around = (link.parentElement.innerText || "").trim();
    return getComputedStyle(link).display === "inline" && around.length > (link.innerText || "").trim().length + 1;
  };

  // A box to tick is hit by its label too.
  const target = (element) => {
    const ticked = element.matches("input[type=checkbox], input[type=radio]");
    const boxes = [element, ...(ticked ? element.labels : [])].map((part) => part.getBoundingClientRect());
    return { width: Math.max(...boxes.map((box) => box.width)), height: Math.max(...boxes.map((box) => box.height)) };
  };

  return {
    whole() {
      const wrong = [];
      if (document.documentElement.lang !== "vi") wrong.push(`lang is ${document.documentElement.lang}`);
      if (!document.title.trim() || /^[\s·]/.test(document.title)) wrong.push(`title: ${document.title}`);
      const headings = [...document.querySelectorAll("h1")].filter(shown);
      if (headings.length !== 1 || !headings[0].innerText.trim()) wrong.push(`${headings.length} h1`);
      return wrong;
    },
    targets(least) {
      const wrong = [];
      for (const element of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
        if (!shown(element) || element.closest("svg") || (element.tagName === "A" && inSentence(element))) continue;
        const { width, height } = target(element);
        const needed = element.matches("a:not(.btn), summary") ? 24 : least;
        if (height < needed - 0.5 || width < 23.5) wrong.push(`${name(element)} is only ${Math.round(width)} × ${Math.round(height)} px`);
      }
      return wrong;
    },
    // What stands in a card stays in it: nothing lies over what comes below.
    outside() {
      const wrong = [];
      for (const card of document.querySelectorAll("main .kc-card, main .kc-filters, main .kc-tasks > li, main .kc-stat")) {
        const around = card.getBoundingClientRect();
        for (const element of card.querySelectorAll("*")) {
          const kept = element.closest(".kc-scroll");
          if (!shown(element) || (kept && kept !== element && card.contains(kept)) || getComputedStyle(element).position === "absolute") continue;
          const box = element.getBoundingClientRect();
          if (box.bottom > around.bottom + 1 || box.right > around.right + 1) wrong.push(`${name(element)} sticks out of its card`);
        }
      }
      return wrong.slice(0, 5);
    },
    unfold() {
      for (const box of document.querySelectorAll("main details")) box.open = true;
    },
    texts() {
      const found = [document.title];
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walker.nextNode()) {
        const parent = walker.currentNode.parentElement;
        if (parent.closest("script, style, [lang=en]:not(html)") || !parent.checkVisibility()) continue;
        if (walker.currentNode.data.trim()) found.push(walker.currentNode.data.trim());
      }
      for (const element of document.querySelectorAll("body *")) {
        for (const attribute of ["aria-label", "title", "placeholder", "alt", "data-label"]) {
          if (element.hasAttribute(attribute) && !element.closest("[lang=en]:not(html)")) found.push(element.getAttribute(attribute));
        }
      }
      return found;
    },
  };
})()
