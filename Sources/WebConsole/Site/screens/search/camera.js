// SPDX-License-Identifier: Apache-2.0

import { h, replace } from "../../base/dom.js";
import { texts } from "../../base/texts.js";
import { openDialog } from "../../parts/dialog.js";
import { icon } from "../../parts/icons.js";

const t = texts({
    en: {
        title: "Camera",
        take: "Search with this",
        view: "What the camera sees",
        insecure: "Browsers show the camera only to pages over HTTPS or at localhost.",
        refused: "This page may not use the camera. Allow it in the browser's settings.",
        none: "There is no camera at this device.",
        busy: "The camera can't be read. Perhaps another program uses it.",
        waiting: "Waiting for the camera …",
    },
});

const reasons = { NotAllowedError: "refused", SecurityError: "refused", NotFoundError: "none", OverconstrainedError: "none" };

/**
 * Takes a picture by the camera.
 *
 * @returns {Promise<File|null>} `null` if there is none to be had, of which the user has read, or none was taken
 */
export async function takePicture() {
    const words = h("p", { role: "status" }, t("waiting"));
    const video = h("video", { autoplay: true, playsinline: true, muted: true, class: "camera-view", "aria-label": t("view"), hidden: true });
    const shot = h("button", { type: "button", class: "primary", disabled: true }, icon("camera"), t("take"));
    let stream = null;
    let isClosed = false;
    const stop = () => stream?.getTracks().forEach((track) => track.stop());
    const taken = new Promise((resolve) => {
        const dialog = openDialog({
            title: t("title"),
            body: [words, video],
            actions: [shot],
            closed: (file) => {
                isClosed = true;
                stop();
                resolve(file ?? null);
            },
        });
        shot.addEventListener("click", () => {
            const canvas = h("canvas", { width: video.videoWidth, height: video.videoHeight });
            canvas.getContext("2d").drawImage(video, 0, 0);
            canvas.toBlob((blob) => dialog.close(new File([blob], "camera.jpg", { type: blob.type })), "image/jpeg", 0.92);
        });
    });
    try {
        if (!navigator.mediaDevices) throw new DOMException("", "insecure");
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        if (isClosed) stop();
        video.srcObject = stream;
        video.addEventListener("loadeddata", () => {
            video.hidden = false;
            words.hidden = true;
            shot.disabled = false;
            shot.focus();
        });
    } catch (error) {
        replace(words, t(error.name === "insecure" ? "insecure" : (reasons[error.name] ?? "busy")));
        words.setAttribute("role", "alert");
    }
    return taken;
}
