//! Outlook's rich text, packed ([MS-OXRTFCP] 2.2) and as text (Rich Text Format 1.9.1; checked 2026-11-25): only its words
//! are read. Whatever can be read is read, and nothing grows beyond [`MOST`].

use super::mapi::eight_bit;
use super::shown;

/// The most bytes that are unpacked, as of any one text.
const MOST: usize = 4_000_000;
const PACKED: &[u8] = b"LZFu";
const PLAIN: &[u8] = b"MELA";
/// What every packed text may refer to before it has said anything itself.
const KNOWN: &[u8] = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans \
SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
const WINDOW: usize = 4_096;
/// Groups of which nothing is shown. So are all that begin with a star.
const UNSEEN: [&str; 12] = [
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "header",
    "footer",
    "headerl",
    "headerr",
    "footerl",
    "footerr",
];

/// The words of a packed rich text.
pub(super) fn words(packed: &[u8]) -> String {
    let mut reader = Reader {
        code_page: 1252,
        ..Reader::default()
    };
    reader.read(&unpacked(packed));
    shown(&reader.out)
}

fn unpacked(packed: &[u8]) -> Vec<u8> {
    let (Some(kind), Some(data)) = (packed.get(8..12), packed.get(16..)) else {
        return Vec::new();
    };
    if kind == PLAIN {
        return data[..data.len().min(MOST)].to_vec();
    }
    if kind != PACKED {
        return Vec::new();
    }
    let mut window = [0_u8; WINDOW];
    window[..KNOWN.len()].copy_from_slice(KNOWN);
    let (mut at, mut out) = (KNOWN.len(), Vec::new());
    let mut bytes = data.iter().copied();
    while let Some(kinds) = bytes.next() {
        for bit in 0..8 {
            let Some(byte) = bytes.next() else { return out };
            let (mut from, length) = if kinds >> bit & 1 == 0 {
                window[at] = byte;
                (at, 1)
            } else {
                let Some(low) = bytes.next() else { return out };
                let place = usize::from(byte) << 4 | usize::from(low >> 4);
                (place, usize::from(low & 15) + 2)
            };
            // A place where nothing has been written yet is the end.
            if (length > 1 && from == at) || out.len() >= MOST {
                return out;
            }
            for _ in 0..length {
                window[at] = window[from];
                out.push(window[at]);
                (at, from) = ((at + 1) % WINDOW, (from + 1) % WINDOW);
            }
        }
    }
    out
}

#[derive(Clone, Copy)]
struct Group {
    unseen: bool,
    /// How many signs stand after each Unicode sign for those who can't read it.
    stand_ins: usize,
}

#[derive(Default)]
struct Reader {
    out: String,
    groups: Vec<Group>,
    /// Signs not yet read as text: in the code page, and as UTF-16.
    bytes: Vec<u8>,
    units: Vec<u16>,
    code_page: u32,
    stand_ins: usize,
}

impl Reader {
    fn read(&mut self, rtf: &[u8]) {
        self.groups.push(Group {
            unseen: false,
            stand_ins: 1,
        });
        let mut at = 0;
        while let Some(byte) = rtf.get(at) {
            at += 1;
            match byte {
                b'{' => self.groups.push(self.group()),
                // The last group stays: one end too many ends nothing.
                b'}' if self.groups.len() > 1 => drop(self.groups.pop()),
                b'\\' => at = self.control(rtf, at),
                b'}' | b'\r' | b'\n' => {}
                byte => self.sign(*byte),
            }
        }
        self.settle();
    }

    fn group(&self) -> Group {
        self.groups.last().copied().unwrap_or(Group {
            unseen: false,
            stand_ins: 1,
        })
    }

    /// What follows a backslash; gives where it ends.
    fn control(&mut self, rtf: &[u8], at: usize) -> usize {
        let Some(first) = rtf.get(at) else { return at };
        if !first.is_ascii_alphabetic() {
            return self.symbol(*first, rtf, at + 1);
        }
        let of = |from: usize, is: fn(&u8) -> bool| {
            let rest = &rtf[from..];
            from + rest.iter().position(|byte| !is(byte)).unwrap_or(rest.len())
        };
        let name_end = of(at, u8::is_ascii_alphabetic);
        let digits = name_end + usize::from(rtf.get(name_end) == Some(&b'-'));
        let end = of(digits, u8::is_ascii_digit);
        let name = std::str::from_utf8(&rtf[at..name_end]).unwrap_or_default();
        let number = std::str::from_utf8(&rtf[name_end..end]).ok();
        let number = number.and_then(|number| number.parse().ok());
        self.word(name, number);
        let end = end + usize::from(rtf.get(end) == Some(&b' '));
        match (name, number) {
            ("bin", Some(length)) => end.saturating_add(usize::try_from(length).unwrap_or(0)),
            _ => end,
        }
    }

    fn symbol(&mut self, symbol: u8, rtf: &[u8], at: usize) -> usize {
        match symbol {
            b'\'' => {
                let digits = rtf.get(at..at + 2).and_then(|two| std::str::from_utf8(two).ok());
                if let Some(byte) = digits.and_then(|two| u8::from_str_radix(two, 16).ok()) {
                    self.sign(byte);
                }
                return at + 2;
            }
            b'*' => self.hide(),
            b'\\' | b'{' | b'}' => self.sign(symbol),
            b'~' => self.sign(b' '),
            b'_' => self.sign(b'-'),
            b'\r' | b'\n' => self.put('\n'),
            _ => {}
        }
        at
    }

    fn word(&mut self, name: &str, number: Option<i32>) {
        match name {
            "par" | "line" | "sect" | "page" | "row" => self.put('\n'),
            "tab" | "cell" => self.put('\t'),
            "lquote" => self.put('‘'),
            "rquote" => self.put('’'),
            "ldblquote" => self.put('“'),
            "rdblquote" => self.put('”'),
            "bullet" => self.put('•'),
            "endash" => self.put('–'),
            "emdash" => self.put('—'),
            "ansicpg" => self.code_page = number.and_then(|page| page.try_into().ok()).unwrap_or(1252),
            "uc" => {
                if let Some(group) = self.groups.last_mut() {
                    group.stand_ins = number.and_then(|count| count.try_into().ok()).unwrap_or(1);
                }
            }
            "u" => {
                // Above 32,767 the number is written as a negative one.
                let unit = number
                    .map(|number| number.rem_euclid(65_536))
                    .and_then(|unit| unit.try_into().ok());
                if let (Some(unit), false) = (unit, self.group().unseen) {
                    self.settle_bytes();
                    self.units.push(unit);
                }
                self.stand_ins = self.group().stand_ins;
            }
            _ if UNSEEN.contains(&name) => self.hide(),
            _ => {}
        }
    }

    fn hide(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            group.unseen = true;
        }
    }

    fn sign(&mut self, byte: u8) {
        if self.stand_ins > 0 {
            self.stand_ins -= 1;
        } else if !self.group().unseen {
            self.settle_units();
            self.bytes.push(byte);
        }
    }

    fn put(&mut self, sign: char) {
        self.stand_ins = 0;
        if !self.group().unseen {
            self.settle();
            self.out.push(sign);
        }
    }

    fn settle(&mut self) {
        self.settle_bytes();
        self.settle_units();
    }

    fn settle_bytes(&mut self) {
        if !self.bytes.is_empty() {
            self.out
                .push_str(&eight_bit(&std::mem::take(&mut self.bytes), self.code_page));
        }
    }

    fn settle_units(&mut self) {
        if !self.units.is_empty() {
            self.out
                .push_str(&String::from_utf16_lossy(&std::mem::take(&mut self.units)));
        }
    }
}
