// SPDX-License-Identifier: Apache-2.0

/**
 * What every screen is: a custom element that shows what the address says.
 *
 *     class MapScreen extends Screen {
 *         async show(query, rest) { … }   // first, and whenever the address has changed while it is shown
 *         refresh() { … }                 // the server is back, or another key counts
 *         leave() { … }                   // another screen comes: end timers, requests and listeners
 *     }
 */
export class Screen extends HTMLElement {
    /** Aborted when the screen is left: give it to requests, and to listeners as `{ signal: this.left }`. */
    get left() {
        return this.#leaving.signal;
    }

    #leaving = new AbortController();

    show() {}

    refresh() {}

    leave() {}

    disconnectedCallback() {
        this.#leaving.abort();
        this.leave();
    }
}
