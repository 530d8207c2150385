// SPDX-License-Identifier: Apache-2.0

import { h } from "../base/dom.js";
import { icon } from "./icons.js";

/** Something that one should know about what is shown, and what can be done about it. @param {...Node} actions */
export const notice = (text, ...actions) => h("div", { class: "notice" }, icon("alert"), h("p", { class: "grow" }, text), actions);
