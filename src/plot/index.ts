/** Pictures of data as data: chart functions return a `Scene`, `toSvg` draws it. */
export { type ConfusionChartOptions, confusionChart } from "./confusion-chart.ts";
export { escapeMarkup, shortenText, visibleText } from "./escape.ts";
export { formatCount, formatDuration, formatNumber, formatPercent, formatShape } from "./format.ts";
export { type LineChartOptions, lineChart, type Series } from "./line-chart.ts";
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
export { chartStyle } from "./style.ts";
export { type SvgOptions, toSvg } from "./to-svg.ts";
