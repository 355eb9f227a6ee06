from_auto  = [{ a = 1 }, { a = 2 + 3 }]
overridden = "auto b"
