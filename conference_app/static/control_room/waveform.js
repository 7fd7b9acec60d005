// Draws a sound's outline, as audiowaveform's JSON tells it, onto a canvas.

const BAR = 3;
const GAP = 1;

/** Give the height of each bar, 0 to 1: the furthest that the sound goes from zero in its stretch. */
export function barHeights(peaks, bars) {
  const pixels = peaks.length;
  const heights = new Float32Array(bars);
  for (let bar = 0; bar < bars; bar++) {
    const first = Math.floor((bar * pixels) / bars);
    const last = Math.max(first + 1, Math.floor(((bar + 1) * pixels) / bars));
    for (let pixel = first; pixel < last && pixel < pixels; pixel++) {
      const furthest = Math.max(-peaks.data[2 * pixel], peaks.data[2 * pixel + 1]) / 128;
      heights[bar] = Math.max(heights[bar], furthest);
    }
  }
  return heights;
}

/** Draw it over the whole canvas; what lies before `played` (0 to 1) has the accent's colour. */
export function drawWaveform(canvas, peaks, played) {
  const { clientWidth: width, clientHeight: height } = canvas;
  const density = window.devicePixelRatio || 1;
  canvas.width = width * density;
  canvas.height = height * density;
  const pen = canvas.getContext("2d");
  pen.scale(density, density);
  const style = getComputedStyle(canvas);
  const colours = [style.getPropertyValue("--accent"), style.getPropertyValue("--wave")];
  const heights = barHeights(peaks, Math.max(1, Math.floor(width / (BAR + GAP))));
  const loudest = Math.max(0.05, ...heights);
  heights.forEach((part, bar) => {
    const x = bar * (BAR + GAP);
    const tall = Math.max(2, (part / loudest) * (height - 4));
    pen.fillStyle = x < played * width ? colours[0] : colours[1];
    pen.beginPath();
    pen.roundRect(x, (height - tall) / 2, BAR, tall, 1.5);
    pen.fill();
  });
}
