// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";

/** A text in which what stands between backticks is code. */
export const prose = (text) => text.split("`").map((part, index) => (index % 2 ? h("code", {}, part) : part));

/** A path that goes on in the next line at a slash, if it must. */
export const breakable = (path) => path.split(/(?=\/)/).flatMap((part, index) => (index ? [h("wbr", {}), part] : [part]));
