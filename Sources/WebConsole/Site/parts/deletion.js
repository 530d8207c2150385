// SPDX-License-Identifier: Apache-2.0

import { headers, send, url } from "../base/api.js";
import { count, texts } from "../base/texts.js";
import { announce, showError, toast } from "./toasts.js";

const t = texts({
    en: {
        deleted: ({ n }) => `${count(n, "object")} deleted`,
        undo: "Undo",
        undone: "Nothing was deleted",
        failed: "Not deleted",
        some: ({ failed, n }) => `${failed} of ${count(n, "object")} could not be deleted`,
    },
});

const seconds = 10;

/** Deletions that can still be undone: sent when their time is over, or when the page is left. */
const waiting = new Set();

addEventListener("pagehide", () => {
    for (const each of waiting) {
        const { path, method, json } = requestOf(each);
        fetch(path, { method, headers: headers({ "Content-Type": "application/json" }), body: JSON.stringify(json), keepalive: true });
    }
    waiting.clear();
});

function requestOf({ className, ids, tenant }) {
    const where = { path: ["id"], operator: "ContainsAny", valueTextArray: ids };
    return {
        method: "DELETE",
        path: url(["batch", "objects"], { tenant }),
        json: { match: { class: className, where }, output: "minimal" },
    };
}

/**
 * Deletes objects after ten seconds, in which it can be undone. The page shows them as deleted from the first moment: call it after you
 * have taken them out, and put them back in `restored`, which is also called if the server refuses.
 *
 * @param {{ className: string, ids: string[], tenant?: string, restored: () => void, done?: () => void }} deletion
 */
export function deleteObjects(deletion) {
    waiting.add(deletion);
    announce(t("deleted", { n: deletion.ids.length }));
    toast(t("deleted", { n: deletion.ids.length }), {
        seconds,
        action: {
            label: t("undo"),
            run: () => {
                waiting.delete(deletion);
                deletion.restored();
                announce(t("undone"));
            },
        },
        gone: (wasUndone) => {
            if (!wasUndone && waiting.delete(deletion)) carryOut(deletion);
        },
    });
}

async function carryOut(deletion) {
    const { method, path, json } = requestOf(deletion);
    try {
        const { results } = await send(method, path, { json });
        if (results.failed) {
            deletion.restored();
            toast(t("some", { failed: results.failed, n: deletion.ids.length }), { kind: "error" });
        } else {
            deletion.done?.();
        }
    } catch (error) {
        deletion.restored();
        showError(error, t("failed"));
    }
}
