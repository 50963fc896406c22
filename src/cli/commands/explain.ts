import { existsSync } from "node:fs";
import { sizeOf } from "../../array/ndarray.ts";
import { rowOf } from "../../data/../train/feed.ts";
