# Counts the tests in meson's log: cmocka's own tests one by one, any other program as one.
# Prints why tests were skipped, then "N passed, N failed, N skipped"; exits 1 if any failed.

function close_block() {
    if (name == "") return
    if (!cmocka) {
        if (status == 0) passed++
        else if (status == 77) skipped++
        else { failed++; print "failed: " name }
    } else if (status != 0 && !cmocka_failed) {
        failed++ # the program died, or a sanitizer spoke at its end
        print "failed: " name
    }
}

/^=+ [0-9]+\/[0-9]+ =+$/ { close_block(); name = ""; cmocka = cmocka_failed = 0; status = 1; next }
/^test:/ { name = $0; sub(/^test: */, "", name) }
/^result:/ { status = $0 ~ /exit status/ ? $NF : 1 }
/^\[  PASSED  \] [0-9]+ test/ { cmocka = 1; passed += $4 }
/^\[  FAILED  \] [0-9]+ test/ { cmocka = cmocka_failed = 1; failed += $4; print "failed: " name }
/^\[  SKIPPED \] [0-9]+ test/ { cmocka = 1; skipped += $4 }
/^skipped:/ { why[$0]++ }

END {
    close_block()
    for (reason in why) print reason (why[reason] > 1 ? " (" why[reason] " times)" : "")
    line = passed + 0 " passed, " failed + 0 " failed"
    if (skipped) line = line ", " skipped " skipped"
    print line
    exit failed > 0
}
