// SPDX-License-Identifier: Apache-2.0

import { h } from "../../base/dom.js";
import { icon } from "../../parts/icons.js";

/** Small pictures of files, held while `leave` has not been called, or until one is `let` go. */
export class Previews {
    #addresses = new Map();

    /** Beside its name, so that it says nothing itself. */
    show(file) {
        const address = URL.createObjectURL(file.file);
        const frame = h("span", { class: "file-preview" });
        const image = h("img", { src: address, alt: "", loading: "lazy", decoding: "async", width: 48, height: 48 });
        // Browsers show no TIFF, and few show HEIC; the server reads both.
        image.addEventListener("error", () => frame.replaceChildren(icon("image")), { once: true });
        frame.append(image);
        this.#addresses.set(frame, address);
        return frame;
    }

    /** Lets go of what is within an element. */
    let(element) {
        for (const [frame, address] of this.#addresses) {
            if (!element.contains(frame)) continue;
            URL.revokeObjectURL(address);
            this.#addresses.delete(frame);
        }
    }

    leave() {
        for (const address of this.#addresses.values()) URL.revokeObjectURL(address);
        this.#addresses.clear();
    }
}
