// Measures a page that is laid out in an iframe: what of its text is cut, covered, or hard to read.
function measure(page, unfolded) {
  const doc = page.contentDocument, view = page.contentWindow, found = [];
  // What is folded is unfolded on half of the pages.
  if (unfolded) for (const details of doc.querySelectorAll('details')) details.open = true;
  const shown = (element) => {
    // Of drawings, checkVisibility does not see what a group hides.
    for (let at = element; at && at !== doc.body; at = at.parentElement) {
      if (view.getComputedStyle(at).display === 'none') return false;
    }
    return element.checkVisibility({ visibilityProperty: true });
  };
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  // A colour of CSS over another one.
  const over = (top, below) => {
    pen.fillStyle = `rgb(${below})`;
    pen.fillRect(0, 0, 1, 1);
    pen.fillStyle = top;
    pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(view.getComputedStyle(at).backgroundColor);
    return layers.reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.map((part) => {
      const share = part / 255;
      return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = [];
  const walker = doc.createTreeWalker(doc.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.textContent.trim() || ['STYLE', 'SCRIPT', 'title', 'TITLE'].includes(element.tagName) || !shown(element)) continue;
    const range = doc.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width > 0.5 && box.height > 0.5) texts.push({ element, box, text: node.textContent.trim().slice(0, 60) });
    }
    const isSvg = !!element.closest('svg');
    const style = view.getComputedStyle(element);
    const below = ground(element);
    const own = over(isSvg ? style.fill : style.color, below);
    const ratio = contrast(own, below);
    if (ratio < 4.5) found.push(`contrast ${ratio.toFixed(2)}: ${node.textContent.trim().slice(0, 60)}`);
    if (parseFloat(style.fontSize) < 11) found.push(`small ${style.fontSize}: ${node.textContent.trim().slice(0, 60)}`);
  }
  const width = doc.documentElement.clientWidth;
  if (doc.documentElement.scrollWidth > width) found.push(`the page is ${doc.documentElement.scrollWidth} wide on ${width}`);
  for (const { element, box, text } of texts) {
    const scrolls = element.closest('.scroll');
    if (!scrolls && (box.left < -0.5 || box.right > width + 0.5)) found.push(`cut: ${text}`);
  }
  texts.sort((one, other) => one.box.top - other.box.top);
  for (let i = 0; i < texts.length; i++) {
    for (let j = i + 1; j < texts.length && texts[j].box.top < texts[i].box.bottom; j++) {
      const a = texts[i], b = texts[j];
      if (a.element.closest('.scroll') !== b.element.closest('.scroll')) continue;
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      // Boxes of letters are higher than what is drawn of them.
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (across > 1 && down > Math.min(a.box.height, b.box.height) * 0.35) found.push(`overlap: ${a.text} | ${b.text}`);
    }
  }
  return { texts: texts.length, found, dark: view.matchMedia('(prefers-color-scheme: dark)').matches };
}
