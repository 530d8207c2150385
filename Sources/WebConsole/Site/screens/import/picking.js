// SPDX-License-Identifier: Apache-2.0
// What users drop or choose, as files with paths. Nothing is read: a `File` is a handle, and thousands of them take little.

const endings = new Set("jpg jpeg jpe jfif png gif bmp dib webp tif tiff heic heif avif".split(" "));
const types = new Set("jpeg png gif bmp x-ms-bmp webp tiff heic heif avif".split(" ").map((name) => `image/${name}`));
const archives = new Set("zip tar gz tgz xz txz zst bz2 7z rar".split(" "));

/** What the file chooser offers. */
export const accepted = [...endings].map((ending) => `.${ending}`).concat("image/*", ".csv", ".tsv").join(",");

const ending = (name) => (name.includes(".") ? name.slice(name.lastIndexOf(".") + 1).toLowerCase() : "");

/** "picture", "table", "archive", "hidden" (of file managers) or "other", by name and type; the content is the server's to judge. */
export function kindOf(file, path) {
    if (path.split("/").some((part) => part.startsWith(".") || part === "__MACOSX") || /^(Thumbs\.db|desktop\.ini)$/i.test(file.name)) return "hidden";
    const end = ending(file.name);
    if (endings.has(end)) return "picture";
    if (end === "csv" || end === "tsv") return "table";
    if (archives.has(end)) return "archive";
    return types.has(file.type) ? "picture" : "other";
}

/** By name, numbers by their value. */
const order = new Intl.Collator("en", { numeric: true });

/** Files of an `input`, with their paths where a folder was chosen, in the order of the paths. */
export function chosen(list) {
    const found = Array.from(list, (file) => ({ file, path: file.webkitRelativePath || file.name }));
    return found.sort((one, other) => order.compare(one.path, other.path));
}

/**
 * Files that were dropped, those in folders as well. Call it while the event is handled: what was dropped is gone afterwards.
 *
 * @param {DataTransfer} transfer
 * @returns {AsyncGenerator<{ file: File, path: string } | { path: string, error: Error }>}
 */
export function dropped(transfer) {
    const roots = [...transfer.items]
        .filter((item) => item.kind === "file")
        .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile())
        .filter((root) => root);
    return walk(roots);
}

async function* walk(roots) {
    // Folders wait here instead of on the stack; the last comes first, so they are put in turned around.
    const waiting = roots.reverse();
    while (waiting.length) {
        const entry = waiting.pop();
        if (entry instanceof File) {
            yield { file: entry, path: entry.name };
            continue;
        }
        const path = entry.fullPath.replace(/^\//, "");
        try {
            if (entry.isDirectory) waiting.push(...(await list(entry)).reverse());
            else yield { file: await new Promise((resolve, reject) => entry.file(resolve, reject)), path };
        } catch (error) {
            yield { path, error };
        }
    }
}

/** What a folder holds, by name. A reader gives a hundred at a time. */
async function list(folder) {
    const reader = folder.createReader();
    const found = [];
    for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length) return found.sort((one, other) => order.compare(one.name, other.name));
        found.push(...some);
    }
}
