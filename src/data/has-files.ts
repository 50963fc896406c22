/** Whether files can be read from a disk here; otherwise paths are URLs and are fetched. */
export const hasFiles = (): boolean => typeof process !== "undefined" && typeof process.versions?.node === "string";
