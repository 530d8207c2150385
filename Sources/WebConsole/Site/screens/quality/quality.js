// SPDX-License-Identifier: Apache-2.0

import { href, note } from "../../base/address.js";
import { h, replace } from "../../base/dom.js";
import { seesPictures } from "../../base/schema.js";
import { Screen } from "../../base/screen.js";
import { texts } from "../../base/texts.js";
import { CollectionChoice, noCollections } from "../../parts/collection-choice.js";
import { emptyState } from "../../parts/empty.js";
import { sectionNav } from "../../parts/section-nav.js";
import { showError } from "../../parts/toasts.js";
import { Calibration } from "./calibration.js";
import { IndexCurve } from "./index-curve.js";
import { LabelQuality } from "./label-quality.js";
import { PictureTest } from "./picture-test.js";

const t = texts({
    en: {
        title: "Quality",
        sections: "What is measured",
        labels: "By label",
        index: "Index",
        percent: "Per cent",
        picture: "One picture",
        noPictures: "{name} can't be searched with pictures",
        noPicturesText: "None of its vectors comes from pictures: its vectorizer is not img2vec-neural.",
    },
});

const sections = [
    { name: "labels", title: t("labels"), element: LabelQuality },
    { name: "index", title: t("index"), element: IndexCurve },
    { name: "percent", title: t("percent"), element: Calibration },
    { name: "picture", title: t("picture"), element: PictureTest },
];

/**
 * How well searches find what they should.
 *
 * A section is an element with `show({ definition, tenant, vector }, query, signal)`; it is made anew for another collection.
 */
export default class QualityScreen extends Screen {
    #choice = new CollectionChoice();
    #body = h("div", { class: "stack quality-body" });
    #nav = sectionNav(t("sections"), sections, (name) => {
        const { definition, tenant, vector } = this.#choice;
        return href("quality", { class: definition?.class, tenant, vector, section: name });
    });
    #shownKey = null;
    #section = null;
    #ending = new AbortController();

    async show(query) {
        if (!this.firstChild) {
            this.#choice.addEventListener("change", () => {
                const { definition, tenant, vector } = this.#choice;
                note({ class: definition.class, tenant, vector, label: null, run: null });
                this.show(new URLSearchParams(location.search)).catch(showError);
            });
            this.append(h("div", { class: "screen-head" }, h("h1", {}, t("title")), this.#choice), this.#nav.element, this.#body);
        }
        const wanted = { className: query.get("class"), tenant: query.get("tenant"), vector: query.get("vector") };
        await this.#choice.set(wanted, { vectors: true });
        const { definition, tenant, vector } = this.#choice;
        this.#nav.element.hidden = !definition;
        if (!definition) return replace(this.#body, noCollections());
        note({ class: definition.class, tenant, vector });
        const { name, element: Section } = sections.find((each) => each.name === query.get("section")) ?? sections[0];
        this.#nav.mark(name);
        const key = JSON.stringify([name, definition.class, tenant, vector]);
        if (key !== this.#shownKey) {
            this.#shownKey = key;
            this.#ending.abort();
            this.#ending = new AbortController();
            if (name === "picture" && !seesPictures(definition)) {
                this.#section = null;
                const title = t("noPictures", { name: definition.class });
                return replace(this.#body, emptyState({ drawing: "image", title, text: t("noPicturesText") }));
            }
            this.#section = new Section();
            replace(this.#body, this.#section);
        }
        await this.#section?.show({ definition, tenant, vector }, query, this.#ending.signal);
    }

    refresh() {
        this.show(new URLSearchParams(location.search)).catch(showError);
    }

    leave() {
        this.#ending.abort();
    }
}
