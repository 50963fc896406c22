/** What panels may ask the worker for, by name; one file for each. */
export const views = {};
