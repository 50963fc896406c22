/** Pictures of data as data: chart functions return a `Scene`, `toSvg` draws it. */
export { classColors, classShapes, colorIndex } from "./class-colors.ts";
export { type ConfusionChartOptions, confusionChart } from "./confusion-chart.ts";
export { escapeMarkup, shortenText, visibleText } from "./escape.ts";
export { formatCount, formatDuration, formatNumber, formatPercent, formatShape } from "./format.ts";
export { type LineChartOptions, lineChart, type Series } from "./line-chart.ts";
export { type MapGroup, type MapPanel, mapChart } from "./map-chart.ts";
export { countNetwork, type NetworkCount, networkDiagram } from "./network-diagram.ts";
export { type PanelsOptions, panels } from "./panels.ts";
export { type Picture, pictureUri } from "./picture.ts";
export { type PlaneMapOptions, planeMap } from "./plane-map.ts";
export { linearScale, logScale, logTicks, niceDomain, niceStep, niceTicks, type Scale, tickLabels } from "./scale.ts";
export type {
  CircleMark,
  GroupMark,
  ImageMark,
  Mark,
  PathMark,
  Point,
  RectMark,
  Scene,
  Style,
  TextMark,
} from "./scene.ts";
export { type SignedPicture, signedPicture, signedRange } from "./signed-picture.ts";
export { chartStyle } from "./style.ts";
export { type SvgOptions, toSvg } from "./to-svg.ts";
export { type WeightBarsOptions, weightBars } from "./weight-bars.ts";
