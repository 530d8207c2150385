// SPDX-License-Identifier: Apache-2.0

/// Small archives that are right, by the ending of their files, in base64: two files or one, a link, a hidden file.
enum ArchiveSeeds {
    static let all: [(ending: String, base64: String)] = [
        (
            "zip",
            "UEsDBBQAAAAIAEyDfV2UblxeQQAAADwAAAAHAAAAYS8xLmpwZwE8AMP/a8WA0sFpG2Gq0ysob/QCzABuzC9BxV4oh2"
                + "o11nJDWrck8cPZxNCVvmKHY9l5mlUX4IQbqEATuQqMNiH1UEsDBBQAAAgIAEyDfV2fjxcxDQAAABgBAAAKAAAAYS8y"
                + "IMOkLmpwZytOTc7PS1EoHqVQKQBQSwMEFAAAAAgATIN9XYMW3IwDAAAAAQAAAAcAAAAuaGlkZGVuqwAAUEsBAhQDFA"
                + "AAAAgATIN9XZRuXF5BAAAAPAAAAAcAAAAAAAAAAAAAAKSBAAAAAGEvMS5qcGdQSwECFAMUAAAICABMg31dn48XMQ0A"
                + "AAAYAQAACgAAAAAAAAAAAAAAgAFmAAAAYS8yIMOkLmpwZ1BLAQIUAxQAAAAIAEyDfV2DFtyMAwAAAAEAAAAHAAAAAA"
                + "AAAAAAAACAAZsAAAAuaGlkZGVuUEsFBgAAAAADAAMAogAAAMMAAAAAAA=="
        ),
        (
            "tar.gz",
            "H4sICDFSDGsC/3MudGFyAO3TPw6CMBSA8c6eoiegr4AYB6Ojo1dogPgnDgRK5EDexItp42DUEKe68P2W13R5w8uXmM"
                + "Rsdm7Y1q6qWxWFPI1NkTR7vcO/ldSK0oP6g77zrn2sV9Nkl7px/rByxurbNTk1+5nCdIS7r8PZI+4IURd5Ptp/Vsh7"
                + "/7KwxVxpof/ommPp+7bWU5kU/9n/OfqOX/1/va3kslA6NbUvTeO67lLRPwAAAAAAAAAAAAAA4+58xm84ACgAAA=="
        ),
        (
            "tar.xz",
            "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4Cf/ALFdABcL3ASAUDIm7h19G/PyyzPs7Pg38OrWetylC5h/4m+vtYmOFZ"
                + "Tidkjl/H3a1To9vFF9X/+wrSZ9HAIuctwurSDaQRBd81hF0RdcmMikm+x2LGX6tWR0ZEGe9oPsZEY55ysnPHi2MyJ4"
                + "6EF8v2ULg0rVAQnNSXCLCYAQYiit0p7WAGkJ4o23AyYnZ/lEgG+BBSSXC+nKFQWeiOKb+4uxfyXJ3jIw6A2Sca6U/N"
                + "+901ExRAAAAABrS4NULa+A0QABzQGAUAAAjGim0rHEZ/sCAAAAAARZWg=="
        ),
        (
            "tar.bz2",
            "QlpoOTFBWSZTWVMmOeMAAH3/lc6SEABAAf+iwEBSgm70XsAEAAgAABAICDAAuUIU00A0AAAaAADQwGjIaDCAaAaaAA"
                + "EUmqj1NqeptRoNlNMgM1A0afqTifPrt+P3RZB00zwizaIppxm5wzxAzhoChmESEb6GUGGqUWZ046+GrIjXT3wvefxo"
                + "r0MCu7LcURFUJFXQMQJkGTOodcCuDOYDFBLZlu7JYBRnnV4PYbk/BWuzIV37+q0zQK+hJ18CEXZfc1FYhqEztFbhWp"
                + "Wy2zjTEEP8XckU4UJBTJjnjA=="
        ),
        (
            "tar.zst",
            "KLUv/WQAJ70EABIHGBygqwP/6/8fKLhfebZ5P+U8wS7u7m5bptn96IMyCyVJLZsyY3Orw99ZoY3RNBVHflWAPPwweA"
                + "/+v7HcWgFGPsy6llsXzWy5BOuvUU9pUq1Wz+58vQbuGsWlI1J1cjTWWBQgMG1sFgP9TQ9WUTWeNnMCYsIHqaE8FAer"
                + "8pPHAFkMzwB9lpausjnqvJlsagAoxC6ZXh1Ku1ve"
        ),
    ]
}
