// SPDX-License-Identifier: Apache-2.0

import { apiKey } from "../../base/session.js";

/** Longer bodies are said to be in a file. */
const longestBody = 4000;

/** A word of a shell's command. */
const quoted = (text) => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

/**
 * The command that sends a request. The key is not in it, only the variable that holds it.
 *
 * @param {{ method: string, path: string, headers: object, body: object|null }} request as `BodyForm.body` and `OperationView` have it
 */
export function curl({ method, path, headers, body, isPicture }) {
    const lines = [`curl ${method === "HEAD" ? "--head " : method === "GET" ? "" : `-X ${method} `}${quoted(location.origin + path)}`];
    if (apiKey()) lines.push('-H "Authorization: Bearer $NEEDLETAIL_API_KEY"');
    for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
    if (body?.parts) {
        for (const { name, text, file } of body.parts) {
            if (file) lines.push(`-F ${quoted(`${name}=@${file.name}`)}`);
            // A text that begins so would be read as the name of a file.
            else lines.push(`${/^[@<]/.test(text) ? "--form-string" : "-F"} ${quoted(`${name}=${text}`)}`);
        }
    } else if (body?.file) {
        lines.push(`-H ${quoted(`Content-Type: ${body.type}`)}`, `--data-binary ${quoted(`@${body.file.name}`)}`);
    } else if (body?.text) {
        lines.push(`-H ${quoted(`Content-Type: ${body.type}`)}`);
        lines.push(body.text.length > longestBody ? "--data-binary @body.json" : `-d ${quoted(body.text)}`);
    }
    if (isPicture) lines.push("-o picture");
    return lines.join(" \\\n  ");
}
