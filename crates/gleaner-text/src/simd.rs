//! Which of 64 bytes are what, as bit masks; with vector instructions where the machine has them.
//!
//! The only `unsafe` of this crate: loads from arrays of known size, and calls of functions for a processor that was
//! asked for first. Every way gives the same masks, as the tests below check.
#![expect(unsafe_code, reason = "vector instructions; small, and each use argued for")]

/// Bytes that are classified at a time.
pub(crate) const BLOCK: usize = 64;

/// Bit `n` is set where byte `n` of the block is of the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Masks {
    /// `A` to `Z`, `a` to `z`.
    pub(crate) letter: u64,
    /// `0` to `9`.
    pub(crate) digit: u64,
    /// `_`.
    pub(crate) underscore: u64,
    /// `'`, `.`, `:`: between letters, part of a word.
    pub(crate) mid_letter: u64,
    /// `'`, `.`, `,`, `;`: between digits, part of a word.
    pub(crate) mid_num: u64,
    /// Not ASCII.
    pub(crate) high: u64,
}

/// A way to classify bytes.
pub(crate) trait Classify: Copy {
    fn masks(self, block: &[u8; BLOCK]) -> Masks;
}

/// Work that is compiled once for each way to classify.
pub(crate) trait Task {
    type Output;
    fn run(self, classify: impl Classify) -> Self::Output;
}

/// Runs `task` with the best way that this machine has.
#[inline]
pub(crate) fn with_best<T: Task>(task: T) -> T::Output {
    #[cfg(target_arch = "x86_64")]
    {
        match x86::Avx2::detect() {
            Some(avx2) => avx2.run(task),
            None => task.run(x86::Sse2),
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    task.run(Scalar)
}

/// Byte by byte.
#[cfg_attr(target_arch = "x86_64", cfg(test))]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalar;

#[cfg_attr(target_arch = "x86_64", cfg(test))]
impl Classify for Scalar {
    #[inline]
    fn masks(self, block: &[u8; BLOCK]) -> Masks {
        let mut masks = Masks::default();
        for (n, &byte) in block.iter().enumerate() {
            let bit = |is: bool| u64::from(is) << n;
            masks.letter |= bit(byte.is_ascii_alphabetic());
            masks.digit |= bit(byte.is_ascii_digit());
            masks.underscore |= bit(byte == b'_');
            masks.mid_letter |= bit(matches!(byte, b'\'' | b'.' | b':'));
            masks.mid_num |= bit(matches!(byte, b'\'' | b'.' | b',' | b';'));
            masks.high |= bit(!byte.is_ascii());
        }
        masks
    }
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::asm;
    use std::arch::x86_64::*;
    use std::array::from_fn;

    use super::{BLOCK, Classify, Masks, Task};

    /// Writes a function that classifies a block in vectors of `$width` bytes.
    macro_rules! masks {
        ($name:ident, $features:literal, $vector:ty, $width:literal,
         $load:ident, $set:ident, $equal:ident, $greater:ident, $add:ident, $or:ident, $bits:ident) => {
            #[inline]
            #[target_feature(enable = $features)]
            fn $name(block: &[u8; BLOCK]) -> Masks {
                let vectors: [$vector; BLOCK / $width] = from_fn(|n| {
                    // SAFETY: the `$width` bytes from `n * $width` on lie inside the block; no alignment is needed.
                    unsafe { $load(block.as_ptr().add(n * $width).cast()) }
                });
                let is = |vector, byte: u8| $equal(vector, $set(byte as i8));
                // Moved up, so that the last of the range is the greatest signed byte, and bytes beyond it wrap round.
                let in_range = |vector, last: u8, count: u8| {
                    $greater($add(vector, $set((0x7f - last) as i8)), $set((0x7f - count) as i8))
                };
                let quote_or_dot = vectors.map(|bytes| $or(is(bytes, b'\''), is(bytes, b'.')));
                let bits = |of: [$vector; BLOCK / $width]| {
                    let place = |(n, vector): (usize, &$vector)| u64::from($bits(*vector)) << (n * $width);
                    of.iter().enumerate().map(place).fold(0, |all, bits| all | bits)
                };
                Masks {
                    letter: bits(vectors.map(|bytes| in_range($or(bytes, $set(0x20)), b'z', 26))),
                    digit: bits(vectors.map(|bytes| in_range(bytes, b'9', 10))),
                    underscore: bits(vectors.map(|bytes| is(bytes, b'_'))),
                    mid_letter: bits(from_fn(|n| $or(quote_or_dot[n], is(vectors[n], b':')))),
                    mid_num: bits(from_fn(|n| {
                        $or(quote_or_dot[n], $or(is(vectors[n], b','), is(vectors[n], b';')))
                    })),
                    high: bits(vectors),
                }
            }
        };
    }

    /// The highest bit of each byte.
    ///
    /// The compiler knows what `_mm_movemask_epi8` does. It moves work from the masks back into vectors, byte by byte,
    /// and loses half of the speed; into an instruction it cannot look.
    #[inline]
    #[target_feature(enable = "sse2")]
    fn sse2_bits(vector: __m128i) -> u32 {
        let bits: u32;
        // SAFETY: reads and writes nothing but these two registers; x86-64 has SSE2.
        unsafe {
            asm!("pmovmskb {:e}, {}", out(reg) bits, in(xmm_reg) vector, options(pure, nomem, nostack, preserves_flags));
        }
        bits
    }

    /// As [`sse2_bits`].
    #[inline]
    #[target_feature(enable = "avx2")]
    fn avx2_bits(vector: __m256i) -> u32 {
        let bits: u32;
        // SAFETY: reads and writes nothing but these two registers; the function is called where AVX2 is at hand only.
        unsafe {
            asm!("vpmovmskb {:e}, {}", out(reg) bits, in(ymm_reg) vector, options(pure, nomem, nostack, preserves_flags));
        }
        bits
    }

    masks!(
        sse2,
        "sse2",
        __m128i,
        16,
        _mm_loadu_si128,
        _mm_set1_epi8,
        _mm_cmpeq_epi8,
        _mm_cmpgt_epi8,
        _mm_add_epi8,
        _mm_or_si128,
        sse2_bits
    );
    masks!(
        avx2,
        "avx2",
        __m256i,
        32,
        _mm256_loadu_si256,
        _mm256_set1_epi8,
        _mm256_cmpeq_epi8,
        _mm256_cmpgt_epi8,
        _mm256_add_epi8,
        _mm256_or_si256,
        avx2_bits
    );

    /// SSE2, which every x86-64 processor has.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Sse2;

    impl Classify for Sse2 {
        #[inline(always)]
        fn masks(self, block: &[u8; BLOCK]) -> Masks {
            // SAFETY: x86-64 has SSE2.
            unsafe { sse2(block) }
        }
    }

    /// Proof that this machine has AVX2 and the bit instructions that came with it.
    #[derive(Clone, Copy, Debug)]
    pub(crate) struct Avx2(());

    impl Avx2 {
        #[inline]
        pub(crate) fn detect() -> Option<Avx2> {
            let all = is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("bmi1")
                && is_x86_feature_detected!("bmi2")
                && is_x86_feature_detected!("lzcnt");
            all.then_some(Avx2(()))
        }

        #[inline]
        pub(crate) fn run<T: Task>(self, task: T) -> T::Output {
            // SAFETY: `self` exists only where the features were detected.
            unsafe { run_in_avx2(task, self) }
        }
    }

    /// All of `task` compiled for these features, so that what it calls for each block can be part of its loop.
    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt")]
    fn run_in_avx2<T: Task>(task: T, avx2: Avx2) -> T::Output {
        task.run(avx2)
    }

    impl Classify for Avx2 {
        #[inline(always)]
        fn masks(self, block: &[u8; BLOCK]) -> Masks {
            // SAFETY: `self` exists only where the features were detected.
            unsafe { avx2(block) }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Runs `task` in every way that this machine has; the first is the scalar one.
    pub(crate) fn with_each<T: Task + Copy>(task: T) -> Vec<T::Output> {
        let mut all = vec![task.run(Scalar)];
        #[cfg(target_arch = "x86_64")]
        {
            all.push(task.run(x86::Sse2));
            all.extend(x86::Avx2::detect().map(|avx2| avx2.run(task)));
        }
        all
    }

    #[derive(Clone, Copy)]
    struct Block<'a>(&'a [u8; BLOCK]);

    impl Task for Block<'_> {
        type Output = Masks;
        fn run(self, classify: impl Classify) -> Masks {
            classify.masks(self.0)
        }
    }

    #[test]
    fn every_byte_in_every_place() {
        for byte in 0..=255 {
            for place in 0..BLOCK {
                let mut block = [b' '; BLOCK];
                block[place] = byte;
                let masks = with_each(Block(&block));
                assert!(masks.iter().all(|other| *other == masks[0]), "{byte:#x} at {place}: {masks:x?}");
                let kinds = [masks[0].letter, masks[0].digit, masks[0].underscore, masks[0].high];
                assert!(kinds.iter().all(|kind| kind & !(1 << place) == 0), "{byte:#x} at {place}");
            }
        }
    }

    #[test]
    fn any_bytes_at_any_address() {
        let mut state = 1u64;
        let mut bytes = vec![0u8; 1 << 16];
        for byte in &mut bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
        for block in bytes.windows(BLOCK) {
            let masks = with_each(Block(block.try_into().unwrap()));
            assert!(masks.iter().all(|other| *other == masks[0]), "{block:x?}");
        }
    }
}
