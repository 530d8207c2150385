// SPDX-License-Identifier: Apache-2.0

import Foundation
import TextMutation

/// Small valid files of every format, so that there is something to damage without any folder of pictures.
enum Seeds {
    static func builtIn() throws -> [[UInt8]] {
        try (encoded + laterFormats).map { text in
            guard let data = Data(base64Encoded: text) else {
                throw FuzzOptions.Mistake("a built-in file is broken")
            }
            return [UInt8](data)
        }
    }

    /// The files that are named and those in the folders that are named, up to 300 KB each: larger ones slow down.
    static func read(from paths: [String]) throws -> [[UInt8]] {
        var files: [[UInt8]] = []
        for path in paths {
            guard FileManager.default.fileExists(atPath: path) else {
                throw FuzzOptions.Mistake("\(path) is not there")
            }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [""]
            for name in names {
                guard let data = try? Data(contentsOf: URL(filePath: "\(path)/\(name)")) else { continue }
                if !data.isEmpty && data.count <= 300_000 { files.append([UInt8](data)) }
            }
        }
        return files
    }

    /// 9 x 7 pixels, noise: JPEG (plain, progressive, CMYK, gray), PNG (RGB, palette, interlaced 16 bit), GIF
    /// (interlaced), BMP (24 bits, 8-bit runs), WebP (lossy, lossless), and an ONNX file of one layer.
    private static let encoded: [String] = [
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO"
            + "UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P"
            + "T09PT09PT0//wAARCAAHAAkDASIAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
            + "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
            + "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
            + "4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAEC"
            + "AxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVm"
            + "Z2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq"
            + "8vP09fb3+Pn6/9oADAMBAAIRAxEAPwBLeeC7h8gGQFIQwVzvRwADs2EYwBxnr83er+zU/wDnzi/8B1/+P0UV5+a4meCqJU+t979L"
            + "dmiKlWVNLlP/2Q==",
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO"
            + "UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P"
            + "T09PT09PT0//wgARCAAHAAkDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAAAAEE/8QAFQEBAQAAAAAAAAAAAAAAAAAAAgT/"
            + "2gAMAwEAAhADEAAAAZoJz//EABcQAAMBAAAAAAAAAAAAAAAAAAABAiP/2gAIAQEAAQUClqlof//EABcRAQADAAAAAAAAAAAAAAAA"
            + "AAIAATH/2gAIAQMBAT8BSs5P/8QAGREAAQUAAAAAAAAAAAAAAAAAAwABAgQi/9oACAECAQE/AbRHDLK//8QAGxAAAQQDAAAAAAAA"
            + "AAAAAAAAAAERITEykuH/2gAIAQEABj8CaaME16f/xAAcEAACAQUBAAAAAAAAAAAAAAABEQAhMVFh4fD/2gAIAQEAAT8hw+dGoOl6"
            + "8XIn/9oADAMBAAIAAwAAABCH/8QAFREBAQAAAAAAAAAAAAAAAAAAAQD/2gAIAQMBAT8QEJ//xAAZEQACAwEAAAAAAAAAAAAAAAAB"
            + "EQAxQVH/2gAIAQIBAT8QHhp28XCJ/8QAGRABAQEAAwAAAAAAAAAAAAAAAREhEDFh/9oACAEBAAE/EI6hILOA7kgZe/XGn//Z",
        "/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwAUDg8SDw0UEhASFxUUGB4yIR4cHB49LC4kMklATEtHQEZFUFpzYlBVbVZFRmSIZW13e4GC"
            + "gU5gjZeMfZZzfoF8/8AAFAgABwAJBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIB"
            + "AwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZH"
            + "SElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV"
            + "1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwAjeKaM28aqZfLUxA52yddq7emCRn5ieSTSW08U8ezfMFji"
            + "3kMwdCAASu0gDAHGeDz3xTLpJblh50UALN5DYiBzxuAznI42nrjkD5ea7Orf229/vQ/+A4/+Kq7/AGfd/wDQPH/fC/8Ax6of+Egm"
            + "/wCghb/9+Hor/9k=",
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19i"
            + "Z2hnPk1xeXBkeFxlZ2P/wAALCAAHAAkBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUF"
            + "BAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVW"
            + "V1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi"
            + "4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AEhmiuY/JBcbYgQrHcjgAHbtIxgdPX5u9XNt/wD8+0f/AH5H/wAdr//Z",
        "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHCAIAAABV+fA3AAAAz0lEQVR4nAHEADv/AEQggjz95vHCazD5DsfdAeSIdTSiDwsNBMNu"
            + "2AEOceDvBtB5+Tsem+qfVMIKS0Ek8bmeLoD2s70B1Fi769QleCfphqdGMxyO2UG5q68QAslKPhzZAALEQmnaHPa6ZtP4ttSxAKnq"
            + "DnVaXC6CECQqCALlQ00Wrxxo9i5QXZuupYvt/paJmN7eHbWLrVgEnTDy7FTSFSw3Jwm+YsjlAoqEzDLLEvlmvUFcACQnnphR1YFC"
            + "BBNv61cTwWaxMmndY/w1x5f/COS4XP/z8SkbAAAAAElFTkSuQmCC",
        "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHCAMAAADtRZdSAAADAFBMVEUAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAz"
            + "AABmAACZAADMAAD/AAAAMwAzMwBmMwCZMwDMMwD/MwAAZgAzZgBmZgCZZgDMZgD/ZgAAmQAzmQBmmQCZmQDMmQD/mQAAzAAzzABm"
            + "zACZzADMzAD/zAAA/wAz/wBm/wCZ/wDM/wD//wAAADMzADNmADOZADPMADP/ADMAMzMzMzNmMzOZMzPMMzP/MzMAZjMzZjNmZjOZ"
            + "ZjPMZjP/ZjMAmTMzmTNmmTOZmTPMmTP/mTMAzDMzzDNmzDOZzDPMzDP/zDMA/zMz/zNm/zOZ/zPM/zP//zMAAGYzAGZmAGaZAGbM"
            + "AGb/AGYAM2YzM2ZmM2aZM2bMM2b/M2YAZmYzZmZmZmaZZmbMZmb/ZmYAmWYzmWZmmWaZmWbMmWb/mWYAzGYzzGZmzGaZzGbMzGb/"
            + "zGYA/2Yz/2Zm/2aZ/2bM/2b//2YAAJkzAJlmAJmZAJnMAJn/AJkAM5kzM5lmM5mZM5nMM5n/M5kAZpkzZplmZpmZZpnMZpn/ZpkA"
            + "mZkzmZlmmZmZmZnMmZn/mZkAzJkzzJlmzJmZzJnMzJn/zJkA/5kz/5lm/5mZ/5nM/5n//5kAAMwzAMxmAMyZAMzMAMz/AMwAM8wz"
            + "M8xmM8yZM8zMM8z/M8wAZswzZsxmZsyZZszMZsz/ZswAmcwzmcxmmcyZmczMmcz/mcwAzMwzzMxmzMyZzMzMzMz/zMwA/8wz/8xm"
            + "/8yZ/8zM/8z//8wAAP8zAP9mAP+ZAP/MAP//AP8AM/8zM/9mM/+ZM//MM///M/8AZv8zZv9mZv+ZZv/MZv//Zv8Amf8zmf9mmf+Z"
            + "mf/Mmf//mf8AzP8zzP9mzP+ZzP/MzP//zP8A//8z//9m//+Z///M//////8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            + "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAACP6ykAAAABHRSTlP///8A"
            + "QCqp9AAAAFFJREFUeJwBRgC5/wB9uW8pJmgdAKoApqvMnYOtikuxAKqkpyx7YlSQmABGSG+8ICthFxEAe0KKO4SRUaxuAFsknFNv"
            + "GtRBfgB9qRPKokhspSvNnBtQTxGP8QAAAABJRU5ErkJggg==",
        "iVBORw0KGgoAAAANSUhEUgAAAAkAAAAHEAYAAAH9DIu1AAACEUlEQVR4nAEGAvn9AKbNkAlQZqdFrdttiDHCsPgAeCEUK0RWVW0A"
            + "iaqCvK2uOpV4+kU1pBTQJcJLQK46wSdyACmIupc66o03F5cGBy7TOhQAYHrXUjvmVXtRNN7BloH0oQAzaqIUDQWXo+bIoMwgIKLp"
            + "OYBu8LaEXWqdZX64KY8t5S6tdMedFadfAKKbfaszL31wCnzNJYkkJgsFlLf88E4zpydYW0xIo5w2lkBpSBChaVsAmd1QGH6BIOTc"
            + "gODoBcqtV4T4DNUJH7VGQEaEjcvNWC0Ad/gDWqLgc3qg/fVz06yMcBgkvFFon5iZvlTtKz/BWk8AgNpvGv3JssRUFC6CM4gqRynj"
            + "e8Pdy1Sm4ED5bD3c0TwAl45/wQJh4AoPfIVpWJFLZoufgORWtvvXPmrEaJE3DDwABpdFJr+f37alAD/i5rOczK38OcHDaAGOZezR"
            + "nFfmZbgBx9rPrCL8fpQK0E/LilslBbKH0ptN7IT4Vu8XijLYI7Ui4gpUUi/NAI2bamp5qokjJrzvGVaYirZ2yMxY94SocYR9D86i"
            + "3X+JYSVU40uG61NGRuG4ns17O2mcIjZ0y6T8M18XHAtuEf3ir4w8WDBxzAB3/ebBVnZ4kezHbOeEqf44bSgXBwL1o8STZMxRTQ8H"
            + "xkodwoJCKOybBxIfQhWMPN0uYQ7/Qo5i5ceoiYV8fR5Zs9sftNNm2SOKMvdWkNmXBAAAAABJRU5ErkJggg==",
        "R0lGODdhCQAHAIMAANjsSqPvUeLDQFXoTErBYTenkDqSS+RqhpVhyeUgtYgscy9jnSo3emsPpDMVSAAAACwAAAAACQAHAAAIRAAZ"
            + "FBAwQMABAw4QLDiAoMGCAgMPHEiwAECCAwoKBDBQEICAAAoQJjBQgIGCAAA0KhjQwIFHBAYaMEDgYEEDAgMSBAgIADs=",
        "Qk36AAAAAAAAADYAAAAoAAAACQAAAAcAAAABABgAAAAAAMQAAADEDgAAxA4AAAAAAAAAAAAAnick1VGYBEKB628TwRNXMrFmY91p"
            + "xzX8CP+XAIE3hArda8sJc1ISSnDa5A9y5tqkykCYHpwYbACPB+c4iX+UsF5RVSOLVoKk6JY68v7Fnwxg168AQsQCHNppZrr2tvjT"
            + "ALHUDuqpXFp1EIIuCCokALtY1OAsv8lTNw/6vZ0W8FZXyWYGdLDPdonrtADgcQ6wd/3rcHbVC5SXXzPYqj2Rm2ERyf/OfPUAgiBE"
            + "5v08a8LxDvkwAd3HdYjkD6I0BA0L2G7DAA==",
        "Qk1MBAAAAAAAADYEAAAoAAAACQAAAAcAAAABAAgAAQAAABYAAAAAAAAAAAAAAAABAAAAAAAAAP8AAAH+AAAC/QEAA/wBAAT7AgAF"
            + "+gIABvkDAAf4AwAI9wQACfYEAAr1BQAL9AUADPMGAA3yBgAO8QcAD/AHABDvCAAR7ggAEu0JABPsCQAU6woAFeoKABbpCwAX6AsA"
            + "GOcMABnmDAAa5Q0AG+QNABzjDgAd4g4AHuEPAB/gDwAg3xAAId4QACLdEQAj3BEAJNsSACXaEgAm2RMAJ9gTACjXFAAp1hQAKtUV"
            + "ACvUFQAs0xYALdIWAC7RFwAv0BcAMM8YADHOGAAyzRkAM8wZADTLGgA1yhoANskbADfIGwA4xxwAOcYcADrFHQA7xB0APMMeAD3C"
            + "HgA+wR8AP8AfAEC/IABBviAAQr0hAEO8IQBEuyIARboiAEa5IwBHuCMASLckAEm2JABKtSUAS7QlAEyzJgBNsiYATrEnAE+wJwBQ"
            + "rygAUa4oAFKtKQBTrCkAVKsqAFWqKgBWqSsAV6grAFinLABZpiwAWqUtAFukLQBcoy4AXaIuAF6hLwBfoC8AYJ8wAGGeMABinTEA"
            + "Y5wxAGSbMgBlmjIAZpkzAGeYMwBolzQAaZY0AGqVNQBrlDUAbJM2AG2SNgBukTcAb5A3AHCPOABxjjgAco05AHOMOQB0izoAdYo6"
            + "AHaJOwB3iDsAeIc8AHmGPAB6hT0Ae4Q9AHyDPgB9gj4AfoE/AH+APwCAf0AAgX5AAIJ9QQCDfEEAhHtCAIV6QgCGeUMAh3hDAIh3"
            + "RACJdkQAinVFAIt0RQCMc0YAjXJGAI5xRwCPcEcAkG9IAJFuSACSbUkAk2xJAJRrSgCVakoAlmlLAJdoSwCYZ0wAmWZMAJplTQCb"
            + "ZE0AnGNOAJ1iTgCeYU8An2BPAKBfUAChXlAAol1RAKNcUQCkW1IApVpSAKZZUwCnWFMAqFdUAKlWVACqVVUAq1RVAKxTVgCtUlYA"
            + "rlFXAK9QVwCwT1gAsU5YALJNWQCzTFkAtEtaALVKWgC2SVsAt0hbALhHXAC5RlwAukVdALtEXQC8Q14AvUJeAL5BXwC/QF8AwD9g"
            + "AME+YADCPWEAwzxhAMQ7YgDFOmIAxjljAMc4YwDIN2QAyTZkAMo1ZQDLNGUAzDNmAM0yZgDOMWcAzzBnANAvaADRLmgA0i1pANMs"
            + "aQDUK2oA1SpqANYpawDXKGsA2CdsANkmbADaJW0A2yRtANwjbgDdIm4A3iFvAN8gbwDgH3AA4R5wAOIdcQDjHHEA5BtyAOUacgDm"
            + "GXMA5xhzAOgXdADpFnQA6hV1AOsUdQDsE3YA7RJ2AO4RdwDvEHcA8A94APEOeADyDXkA8wx5APQLegD1CnoA9gl7APcIewD4B3wA"
            + "+QZ8APoFfQD7BH0A/AN+AP0CfgD+AX8A/wB/AAnIAAAAAwECAwAGCQAAAAIBAQUEAAE=",
        "UklGRnwAAABXRUJQVlA4IHAAAAAQAgCdASoJAAcAAsBMJbACdH8AE58qPQBgAPz7ecuyknNvHW+yBice+r9k/cq6D5kn0FukTxZ/"
            + "Iklr5AH67QK8KOvit1DJv/gM8Pzdl/XPrqLz8HPpGAt/0b6NhmfPxwyzLhcUDlOZBW/4LdjcXAAA",
        "UklGRiwBAABXRUJQVlA4TCABAAAvCIABAPfhRgAAIsq2Nq2NfboXtLbbdZxs2+9wGwAA2cS2jYlzxvyYH/RO3rBq140AAIRytm3l"
            + "ib/tJz3Bdm2cbDf/wdJI3UTkDAZhxjR75u5QoJByhYs2EkZQQBPqpGH/Lrep6PmzFhfM5Ap9eG6m5I/SZDvBwv4IsuLWbXkZgvk0"
            + "BQfuFSydsbZrquhev35AGQztNO+0nokpb3FfNmsE3Yx6W5ESYG9l+x6Bc8GSfXuibxQzh35b7H+GG2B8VAS1KMf2raGSfzlX0SZe"
            + "7xhGNLLYGF2GTveT05zSrV5G/dIG/gLDAACLZpdt27ZdRP/DRmqYnlXAScKKm9rfifxhUNfkvkXrNw9Dxgp0R9+Y5L1epgHmVAs7"
            + "ZNa+yWjonQQ=",
        "CAg6GwoPCgF4CgF3EgF5IgRHZW1tKgNCAXdiAwoBeQ==",
    ]
}
