// SPDX-License-Identifier: Apache-2.0

import { send } from "../base/api.js";
import { h, replace } from "../base/dom.js";
import { apiKey } from "../base/session.js";
import { texts } from "../base/texts.js";
import { icon } from "./icons.js";

const t = texts({ en: { none: "No picture", broken: "This picture can't be shown", blocked: "Not shown: its host is not in NEEDLETAIL_CONSOLE_IMAGE_HOSTS" } });

/**
 * Where a stored picture is, or a thumbnail of it (64, 128, 256, 512 or 1024 pixels). `version` is any text that changes with the picture,
 * without which a page that shows it goes on showing the one before.
 */
export function pictureURL(className, id, { size, property, tenant, version } = {}) {
    const path = ["/v1/objects", className, id, "image", property].filter((part) => part).map((part) => (part.startsWith("/") ? part : encodeURIComponent(part)));
    const query = new URLSearchParams();
    if (size) query.set("size", size);
    if (tenant) query.set("tenant", tenant);
    if (version) query.set("v", version);
    const text = query.toString();
    return `${path.join("/")}${text ? `?${text}` : ""}`;
}

/**
 * A picture of the server's that is fetched when it comes near the visible part. With a key it is fetched with the key, which an `img`
 * can't send.
 *
 *     picture({ src: pictureURL("Photo", id, { size: 256 }), alt: "A red shoe" })
 */
class Picture extends HTMLElement {
    #address = null;
    #observer = null;
    #aborting = null;

    connectedCallback() {
        const src = this.getAttribute("src");
        if (this.#address || !src) return;
        if (!apiKey() || !src.startsWith("/")) return this.#show(src);
        this.#observer = new IntersectionObserver(
            (entries) => {
                if (!entries.some((entry) => entry.isIntersecting)) return;
                this.#observer.disconnect();
                this.#fetch(src);
            },
            { rootMargin: "400px" },
        );
        this.#observer.observe(this);
    }

    disconnectedCallback() {
        this.#observer?.disconnect();
        this.#aborting?.abort();
        if (this.#address) URL.revokeObjectURL(this.#address);
        this.#address = null;
    }

    async #fetch(src) {
        this.#aborting = new AbortController();
        try {
            const blob = await send("GET", src, { as: "blob", signal: this.#aborting.signal });
            this.#address = URL.createObjectURL(blob);
            this.#show(this.#address);
        } catch (error) {
            if (error.name !== "AbortError") this.#fail();
        }
    }

    #show(address) {
        const alt = this.getAttribute("alt") ?? "";
        replace(this, h("img", { src: address, alt, loading: "lazy", decoding: "async", draggable: "false", on: { error: () => this.#fail() } }));
    }

    #fail() {
        const alt = this.getAttribute("alt");
        const why = this.hasAttribute("foreign") ? t("blocked") : t("broken");
        replace(this, h("span", { class: "picture-broken", role: "img", "aria-label": alt ? `${alt}. ${why}` : why, title: why }, icon("image")));
    }
}

customElements.define("nt-picture", Picture);

/** @param {{ src: string, alt: string, class?: string }} options `alt` says what is to be seen; "" where words stand beside it */
export function picture({ src, alt, class: name }) {
    return h("nt-picture", { src, alt, class: name, foreign: !src.startsWith("/") && !src.startsWith("blob:") && !src.startsWith("data:") });
}

/** What stands where an object has no picture. */
export const noPicture = () => h("span", { class: "picture-broken", role: "img", "aria-label": t("none"), title: t("none") }, icon("image"));
