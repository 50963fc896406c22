/** What a run leaves to read: `report.html`, the words on a terminal, and the name of its folder. */
export { formatCount, formatDuration, formatNumber, formatPercent, formatShape } from "../plot/format.ts";
export {
  type ClassResult,
  type Confusion,
  confusionTable,
  type FrequentMistake,
  frequentMistakes,
} from "./confusion.ts";
export { reportHtml } from "./html.ts";
export { anotherUnit, layersHtml } from "./html-layers.ts";
export type { LayersData, LayersExample, LayersLayer, LayersMaximum, LayersUnit } from "./layers-data.ts";
export {
  createProgress,
  epochLine,
  type Progress,
  type ProgressOptions,
  type ProgressState,
  progressLine,
} from "./progress.ts";
export type {
  ReportData,
  ReportDataset,
  ReportLayer,
  ReportMachine,
  ReportMistake,
  ReportModel,
  ReportTemplate,
} from "./report-data.ts";
export { type DateParts, folderName, slug } from "./run-folder.ts";
export {
  type ConfusionTextOptions,
  confusionText,
  escapeTerminal,
  mistakePicture,
  mistakesText,
  type PictureTextOptions,
  type ProgressBarOptions,
  paint,
  pictureText,
  progressBar,
} from "./terminal.ts";
export { fitText, padText, textWidth } from "./text-width.ts";
export { type Mistake, worstMistakes } from "./worst-mistakes.ts";
