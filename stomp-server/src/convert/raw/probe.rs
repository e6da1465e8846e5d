//! A serializer that takes text and bytes and refuses everything else.

use std::fmt;

use bytes::Bytes;
use serde::{
    Serialize,
    ser::{self, Impossible, Serializer},
};

/// What serde visits in `value`, if that is text, bytes or a sequence of `u8`.
pub(super) fn probe<T: Serialize + ?Sized>(value: &T) -> Option<Bytes> {
    value.serialize(Probe).ok()
}

struct Probe;

/// Not text or bytes.
#[derive(Debug)]
struct Other;

impl fmt::Display for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("neither text nor bytes")
    }
}

impl std::error::Error for Other {}

impl ser::Error for Other {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

/// `Vec<u8>` and `[u8]` are visited number by number.
struct Octets(Vec<u8>);

impl ser::SerializeSeq for Octets {
    type Ok = Bytes;
    type Error = Other;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Other> {
        self.0.push(value.serialize(Octet)?);
        Ok(())
    }

    fn end(self) -> Result<Bytes, Other> {
        Ok(self.0.into())
    }
}

struct Octet;

macro_rules! refuse {
    ($($method:ident: $type:ty),+ $(,)?) => {
        $(fn $method(self, _: $type) -> Result<Self::Ok, Other> { Err(Other) })+
    };
}

macro_rules! refuse_structures {
    () => {
        fn serialize_none(self) -> Result<Self::Ok, Other> {
            Err(Other)
        }
        fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<Self::Ok, Other> {
            Err(Other)
        }
        fn serialize_unit(self) -> Result<Self::Ok, Other> {
            Err(Other)
        }
        fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<Self::Ok, Other> {
            Err(Other)
        }
        fn serialize_newtype_struct<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: &T,
        ) -> Result<Self::Ok, Other> {
            Err(Other)
        }
        fn serialize_newtype_variant<T: Serialize + ?Sized>(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: &T,
        ) -> Result<Self::Ok, Other> {
            Err(Other)
        }
        fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Other> {
            Err(Other)
        }
        fn serialize_tuple_struct(
            self,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleStruct, Other> {
            Err(Other)
        }
        fn serialize_tuple_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeTupleVariant, Other> {
            Err(Other)
        }
        fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, Other> {
            Err(Other)
        }
        fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeStruct, Other> {
            Err(Other)
        }
        fn serialize_struct_variant(
            self,
            _: &'static str,
            _: u32,
            _: &'static str,
            _: usize,
        ) -> Result<Self::SerializeStructVariant, Other> {
            Err(Other)
        }
    };
}

macro_rules! no_structures {
    () => {
        type Error = Other;
        type SerializeTuple = Impossible<Self::Ok, Other>;
        type SerializeTupleStruct = Impossible<Self::Ok, Other>;
        type SerializeTupleVariant = Impossible<Self::Ok, Other>;
        type SerializeMap = Impossible<Self::Ok, Other>;
        type SerializeStruct = Impossible<Self::Ok, Other>;
        type SerializeStructVariant = Impossible<Self::Ok, Other>;
    };
}

impl Serializer for Probe {
    type Ok = Bytes;
    type SerializeSeq = Octets;
    no_structures!();

    fn serialize_str(self, text: &str) -> Result<Bytes, Other> {
        Ok(Bytes::copy_from_slice(text.as_bytes()))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Bytes, Other> {
        Ok(Bytes::copy_from_slice(bytes))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Octets, Other> {
        Ok(Octets(Vec::with_capacity(length.unwrap_or(0))))
    }

    refuse!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    refuse!(serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64);
    refuse!(serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_unit_struct: &'static str);
    refuse_structures!();
}

impl Serializer for Octet {
    type Ok = u8;
    type SerializeSeq = Impossible<u8, Other>;
    no_structures!();

    fn serialize_u8(self, octet: u8) -> Result<u8, Other> {
        Ok(octet)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self::SerializeSeq, Other> {
        Err(Other)
    }

    refuse!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64);
    refuse!(serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_str: &str, serialize_bytes: &[u8]);
    refuse!(serialize_f32: f32, serialize_f64: f64, serialize_char: char, serialize_unit_struct: &'static str);
    refuse_structures!();
}
