"""What `benches/record` makes of Criterion's files."""
import importlib.machinery
import importlib.util
import pathlib
import unittest

PROGRAM = pathlib.Path(__file__).with_name("record")


def program():
    loader = importlib.machinery.SourceFileLoader("record", str(PROGRAM))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("record", loader))
    loader.exec_module(module)
    return module


class Throughput(unittest.TestCase):
    def speed(self, stated, time_ns=1e9):
        record = program()
        return record.speed({"throughput": record.throughput(stated), "time_ns": time_ns})

    def test_is_that_of_bytes_where_there_are_some(self):
        self.assertEqual(self.speed({"Bytes": 5_000_000}), "5.0 MB/s")
        self.assertEqual(self.speed({"ElementsAndBytes": {"elements": 7, "bytes": 5_000_000}}, 1e7), "500.0 MB/s")
        self.assertEqual(self.speed([{"Elements": 7_000}]), "7,000/s")

    def test_is_left_out_where_none_is_stated(self):
        self.assertEqual([self.speed(None), self.speed([])], ["", ""])


if __name__ == "__main__":
    unittest.main()
