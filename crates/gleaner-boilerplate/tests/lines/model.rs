//! The learned rule: what it may remove, and what it leaves alone.

use std::path::Path;

use gleaner_boilerplate::lines::{Cleaning, LineCleaner, LineOptions};

/// A language without a cue file.
const ARTICLE: &str = "\
A hajó hétfőtől ismét közlekedik a szigetre, miután két hétig a viharok miatt a kikötőben vesztegelt. A kapitány szerint \
a motort darabokra szedték, és minden alkatrészét megtisztították.

A szigeten lakók addig halászcsónakokon keltek át, ha a szél engedte. Az iskolások közül többen a szárazföldi \
rokonoknál aludtak, mert a reggeli csónak gyakran csak délben ért át a túlpartra.

A polgármester azt mondta, hogy tavasszal új hajót vesznek, ha a megye is ad hozzá pénzt. A régit addig hetente egyszer \
megvizsgálják, és a jegyek ára nem változik.
";
const TAIL: &str = "
Megosztás
Nyomtatás
Tetszett a cikk?
Új kapitány az éjszakai hajón (14:20)
Magasabb lesz a kikötő fala (13:05)
Gólyát mentettek a halászok (12:48)
Mikor nyit a könyvtár? (11:30)
Lépcső épült a rakparton (10:15)
Két hétig nem jár a hatos busz (09:40)
Ingyen úszhatnak a gyerekek (09:10)
Rekordot döntött a tökfesztivál (08:55)
Videó
Galéria
Apróhirdetés
Impresszum
Médiaajánlat
Adatvédelem
Felhasználási feltételek
";

fn cleaner(change: impl FnOnce(&mut LineOptions)) -> LineCleaner {
    let mut options = LineOptions::default();
    change(&mut options);
    LineCleaner::new(&options).unwrap()
}

#[test]
fn it_finds_what_no_rule_knows() {
    let cleaner = cleaner(|_| {});
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lines/texts");
    let mut found = 0;
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| extension == "txt") {
            let text = std::fs::read_to_string(path).unwrap();
            let clean = cleaner.clean(&text, &[]);
            let spans = clean.spans.iter().filter(|span| span.reason == "line-model");
            found += spans.map(|span| text[span.range.clone()].lines().count()).sum::<usize>();
        }
    }
    assert!(found >= 14, "{found} lines");
}

#[test]
fn a_list_between_paragraphs_stays() {
    let list = "\nA menetrend\nHétfő: hét óra\nSzerda: kilenc óra\nPéntek: hat óra\n\n";
    let at = ARTICLE.find("A polgármester").unwrap();
    let text = format!("{}{}{}{TAIL}", &ARTICLE[..at], &list[1..], &ARTICLE[at..]);
    let clean = cleaner(|_| {}).clean(&text, &[]);
    assert!(clean.text.contains(&list[1..]), "{}", clean.text);
}

#[test]
fn a_text_without_paragraphs_stays() {
    for text in [
        "alder\nash\nbeech\nbirch\nelm\nhazel\nlarch\nmaple\noak\nwillow\n",
        "fn main() {\n    let x = 1;\n    println!(\"{x}\");\n}\n",
        "name\tprice\napples\t3\npears\t4\nplums\t5\n",
        "The boat is old,\nThe wind is cold,\nThe nets are torn,\nThe oars are worn.\n",
        "00:01\nDid you see the boat?\n\n00:04\nWhich boat?\n\n00:06\nThe old one.\n",
    ] {
        for cleaning in [Cleaning::Balanced, Cleaning::Conservative] {
            let clean = cleaner(|options| options.cleaning = cleaning).clean(text, &[]);
            assert_eq!(clean.text, text, "{cleaning:?} {:#?}", clean.spans);
        }
    }
}

#[test]
fn a_paragraph_that_begins_like_a_notice_stays() {
    for (language, [before, paragraph, behind]) in [
        (
            "en",
            [
                "The bakery by the mill opens at five, and by six the first cart is on its way to the harbour town.",
                "We respect your privacy, said the sign above the bench, and so the old baker never asked who had left the bread.",
                "His daughter has kept the sign, and the bench, and the habit of asking nobody anything before noon.",
            ],
        ),
        (
            "de",
            [
                "Die Bäckerei an der Mühle öffnet um fünf, und um sechs ist der erste Wagen auf dem Weg zum Hafen der Stadt.",
                "Wir verwenden Cookies, sagte der Bäcker und meinte das Gebäck, das seine Tochter aus Amerika mitgebracht hatte.",
                "Sie hat das Rezept behalten, und die Bank, und die Gewohnheit, vor dem Mittag niemanden nach etwas zu fragen.",
            ],
        ),
        (
            "vi",
            [
                "Lò bánh bên cối xay mở cửa lúc năm giờ, và đến sáu giờ thì chiếc xe đầu tiên đã lên đường ra bến cảng.",
                "Mời các bạn theo dõi lò bánh vào ban đêm, ông chủ nói với học trò, vì lửa lúc ấy mới đẹp và bánh mới thơm.",
                "Con gái ông giữ lại tấm biển, chiếc ghế dài, và thói quen không hỏi ai điều gì trước giờ cơm trưa.",
            ],
        ),
    ] {
        let text = format!("{before}\n\n{paragraph}\n\n{behind}\n");
        for cleaning in [Cleaning::Balanced, Cleaning::Conservative] {
            let clean = cleaner(|options| options.cleaning = cleaning).clean(&text, &[]);
            assert!(clean.text.contains(paragraph), "{language} {cleaning:?} {:#?}", clean.spans);
        }
        let ruled = cleaner(|options| options.disable.push("line-model".to_owned())).clean(&text, &[]);
        assert!(!ruled.text.contains(paragraph), "{language}: no rule takes it");
    }
}

#[test]
fn what_a_rule_takes_from_an_article_comes_back() {
    // A sentence that the text repeats between its paragraphs, which the rule for repeats would remove.
    let refrain = "A kikötőben pedig azt mondták az öregek, hogy ilyen telet ők sem láttak még soha.\n\n";
    let at = ARTICLE.find("A szigeten").unwrap();
    let end = ARTICLE.find("A polgármester").unwrap();
    let text = format!("{}{refrain}{}{refrain}{}", &ARTICLE[..at], &ARTICLE[at..end], &ARTICLE[end..]);
    let ruled = cleaner(|options| options.disable.push("line-model".to_owned())).clean(&text, &[]);
    assert_eq!(ruled.spans.len(), 1, "{:#?}", ruled.spans);
    let clean = cleaner(|_| {}).clean(&text, &[]);
    assert_eq!(clean.text, text, "{:#?}", clean.spans);
}
