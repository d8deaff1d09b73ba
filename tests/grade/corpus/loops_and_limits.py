"""Code that never ends, or takes all that there is."""

from tests.grade.corpus.kinds import EXERCISE, Got, answer, answers, changed, code_cell, own_cell

TIME = "It did not end within 4 s."

KINDS = [
    answer(
        "endless_loop",
        "Stopped at the time limit of one answer.",
        """
        def mean_squared_error(predictions, truth):
            while True:
                pass
        """,
        "time limit",
        says=TIME,
    ),
    answer(
        "endless_loop_that_swallows_every_exception",
        "A KeyboardInterrupt would be swallowed: the process is killed.",
        """
        def mean_squared_error(predictions, truth):
            while True:
                try:
                    while True:
                        pass
                except BaseException:
                    continue
        """,
        "time limit",
        says=TIME,
    ),
    answer(
        "endless_loop_in_c",
        "No bytecode is run meanwhile, so nothing inside the process could interrupt it.",
        """
        def mean_squared_error(predictions, truth):
            import itertools
            return sum(itertools.repeat(0))
        """,
        "time limit",
        says=TIME,
    ),
    own_cell(
        "endless_loop_in_a_cell_of_ones_own",
        "The cell is left out, the answer below does not need it.",
        "while True:\n    pass",
        note="(time limit). It did not end within 4 s.",
    ),
    answer(
        "endless_loop_when_asked_again",
        "Right in every case, and stuck when the first case is asked once more: it hangs.",
        """
        calls = []
        def mean_squared_error(predictions, truth):
            calls.append(1)
            while len(calls) > 2:
                pass
            return np.mean((predictions - truth) ** 2)
        """,
        "time limit",
        says=TIME,
    ),
    changed(
        "endless_loops_in_twenty_cells",
        "Each would cost its own time limit: the whole notebook has one too, six times as long.",
        lambda made: made["cells"].__setitem__(
            slice(3, 3), [code_cell(f"while {number}:\n    pass") for number in range(1, 21)]
        ),
        got={EXERCISE: Got("not run", says="the notebook as a whole used up its 24 s")},
        note="(time limit)",
    ),
    answer(
        "sleeps_for_ever",
        "Takes no processor time, and none of the class's time beyond its limit.",
        """
        def mean_squared_error(predictions, truth):
            import time
            while True:
                time.sleep(1000)
        """,
        "time limit",
        says=TIME,
    ),
    answer(
        "stops_itself",
        "A stopped process answers nothing.",
        """
        def mean_squared_error(predictions, truth):
            import os, signal
            os.kill(os.getpid(), signal.SIGSTOP)
        """,
        "time limit",
        says=TIME,
    ),
    answer(
        "blocks_every_signal_and_loops",
        "SIGKILL cannot be blocked.",
        """
        def mean_squared_error(predictions, truth):
            import signal, time
            for number in signal.valid_signals():
                try:
                    signal.signal(number, signal.SIG_IGN)
                except OSError:
                    pass
            signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
            time.monotonic = time.time = lambda: 0
            while True:
                pass
        """,
        "time limit",
        says=TIME,
    ),
    own_cell(
        "endless_repr",
        "What a cell shows is code of the student's as well.",
        """
        class Endless:
            def __repr__(self):
                while True:
                    pass
        Endless()
        """,
        note="(time limit)",
    ),
    answer(
        "exits",
        "`os._exit` in an answer: told apart from an error, and no other submission's process ends.",
        """
        def mean_squared_error(predictions, truth):
            import os
            os._exit(7)
        """,
        "crashed",
        says="It ended the notebook's process (exit status 7).",
    ),
    own_cell(
        "exits_in_a_cell_of_ones_own",
        "The cell is left out; the answer below is right.",
        "import os\nos._exit(0)",
        note="(crashed). It ended the notebook's process (exit status 0).",
    ),
    answer(
        "segfault",
        "The interpreter is gone without a word.",
        """
        def mean_squared_error(predictions, truth):
            import ctypes
            ctypes.string_at(0)
        """,
        "crashed",
        says="It ended the notebook's process (Segmentation fault).",
    ),
    answer(
        "aborts",
        "As a library does that finds its memory damaged.",
        """
        def mean_squared_error(predictions, truth):
            import os
            os.abort()
        """,
        "crashed",
        says="It ended the notebook's process (Aborted).",
    ),
    answer(
        "recursion_without_end",
        "Python stops it with an exception, as in the student's own notebook.",
        """
        def mean_squared_error(predictions, truth):
            return mean_squared_error(predictions, truth)
        """,
        "error",
        says="raised RecursionError",
    ),
    answer(
        "overflows_the_stack",
        "Where Python has no guard against recursion, the C stack overflows.",
        """
        def mean_squared_error(predictions, truth):
            nested = ()
            for _ in range(1_000_000):
                nested = (nested,)
            return hash(nested)
        """,
        "crashed",
        says="It ended the notebook's process (Segmentation fault).",
    ),
    answer(
        "fork_bomb",
        "The number of processes is limited; all of them end with the time limit.",
        """
        def mean_squared_error(predictions, truth):
            import os
            while True:
                try:
                    os.fork()
                except OSError:
                    pass
        """,
        "time limit",
        says=TIME,
    ),
    answer(
        "forks_and_comes_back_twice",
        "The copy must not answer the grader as well. The answer itself is right.",
        """
        def mean_squared_error(predictions, truth):
            import os
            os.fork()
            return np.mean((predictions - truth) ** 2)
        """,
        "right",
    ),
    own_cell(
        "threads_without_end",
        "There is a limit on threads too; those that were started harm nobody.",
        """
        import threading, time
        while True:
            threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
        """,
    ),
    own_cell(
        "a_thread_that_goes_on",
        "It prints and computes while the answers are called, which are right.",
        """
        import threading
        def work():
            while True:
                print(sum(range(1000)))
        threading.Thread(target=work, daemon=True).start()
        """,
    ),
    answer(
        "memory_bomb",
        "One process: the system refuses it more, which Python tells as a MemoryError.",
        """
        def mean_squared_error(predictions, truth):
            hoard = []
            while True:
                hoard.append(np.empty(10_000_000))
        """,
        "memory limit",
    ),
    answer(
        "memory_bomb_of_one_array",
        "Refused at once: nothing of it is ever touched.",
        """
        def mean_squared_error(predictions, truth):
            return np.ones(10**13)
        """,
        "memory limit",
        says="Unable to allocate",
    ),
    answer(
        "memory_bomb_in_children",
        "Each stays below the limit, all together do not: the whole tree is counted.",
        """
        def mean_squared_error(predictions, truth):
            import os, time
            for _ in range(4):
                if not os.fork():
                    hoard = bytearray(300_000_000)
                    time.sleep(1000)
            time.sleep(1000)
        """,
        "memory limit",
        says="It took more than 700 MB of memory.",
    ),
    answer(
        "memory_bomb_in_shared_pages",
        "Shared mappings are no `data` to the system's limit; the grader counts them.",
        """
        def mean_squared_error(predictions, truth):
            import mmap
            hoard = []
            while True:
                pages = mmap.mmap(-1, 20_000 * mmap.PAGESIZE)
                pages[:: mmap.PAGESIZE] = bytes(20_000)
                hoard.append(pages)
        """,
        "memory limit",
        says="It took more than 700 MB of memory.",
    ),
    answer(
        "memory_that_belongs_to_nobody",
        "Files in memory and System V segments would be counted nowhere: they are refused.",
        """
        def mean_squared_error(predictions, truth):
            import ctypes, os
            had = []
            try:
                had.append(os.memfd_create("hoard"))
            except OSError:
                pass
            libc = ctypes.CDLL(None)
            if libc.shmget(0, 1 << 20, 0o1600) != -1:
                had.append("segment")
            if libc.msgget(0, 0o1600) != -1:
                had.append("queue")
            raise ValueError(f"had {had}")
        """,
        "error",
        says="had []",
    ),
    own_cell(
        "one_line_of_a_gigabyte",
        "What is printed costs the grader no memory, and the student no points.",
        """
        import sys
        for _ in range(1024):
            sys.stdout.write("x" * (1 << 20))
        """,
    ),
    own_cell(
        "a_million_lines_on_stderr",
        "Neither output nor stderr decides anything.",
        """
        import sys
        for _ in range(1000):
            sys.stderr.write("careful\\n" * 1000)
        """,
    ),
    answer(
        "fills_the_disk",
        "The scratch folder is small and in memory; no disk of the teacher's is written to.",
        """
        def mean_squared_error(predictions, truth):
            import os
            for number in range(1000):
                with open(f"hoard{number}", "wb") as file:
                    file.write(bytes(10_000_000))
        """,
        "error",
        says="No space left on device",
    ),
    answer(
        "writes_one_huge_file",
        "A file cannot be larger than the scratch folder.",
        """
        def mean_squared_error(predictions, truth):
            with open("/dev/shm/hoard", "wb") as file:
                while True:
                    file.write(bytes(1_000_000))
        """,
        "error",
        says="File too large",
    ),
    own_cell(
        "fills_the_disk_with_small_files",
        "The number of files is limited as well.",
        """
        number = 0
        while True:
            open(f"{number}.txt", "w").close()
            number += 1
        """,
    ),
    own_cell(
        "fills_shared_memory",
        "/dev/shm is the process's own, and small.",
        """
        for number in range(100):
            with open(f"/dev/shm/{number}", "wb") as file:
                file.write(bytes(10_000_000))
        """,
    ),
    own_cell(
        "opens_files_without_end",
        "With every descriptor in use, a right answer still reaches the grader.",
        """
        hoard = []
        while True:
            hoard.append(open("/dev/null"))
        """,
    ),
    answer(
        "raises_its_own_limits",
        "Limits are hard ones.",
        """
        def mean_squared_error(predictions, truth):
            import os, resource
            done = []
            for kind in (resource.RLIMIT_DATA, resource.RLIMIT_NPROC, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
                try:
                    resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                    done.append(kind)
                except (ValueError, OSError):
                    pass
            try:
                os.nice(-5)
                done.append("nice")
            except OSError:
                pass
            raise ValueError(f"raised {done}")
        """,
        "error",
        says="raised []",
    ),
    # With no open files at all the kernel of the nbval engine ends itself, one time in thirty (ZeroMQ).
    answer(
        "lowers_its_own_limits",
        "Who allows themselves nothing gets nothing, in their own process.",
        """
        def mean_squared_error(predictions, truth):
            return np.mean((predictions - truth) ** 2)
        """,
        "right",
        above="""
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
        """,
    ),
    answer(
        "result_of_100_megabytes",
        "No answer of the course is as large: it is not carried to the grader.",
        """
        def mean_squared_error(predictions, truth):
            return np.ones(12_500_000)
        """,
        "error",
        says="`mean_squared_error` gave back more than 5 MB.",
    ),
    answer(
        "result_that_claims_terabytes",
        "A view of one number with a huge shape is never laid out.",
        """
        def mean_squared_error(predictions, truth):
            return np.broadcast_to(1.0, (10**12,))
        """,
        "error",
        says="`mean_squared_error` gave back more than 5 MB.",
    ),
    answers(
        "bad_ends_one_after_the_other",
        "Each costs its own exercise alone: the notebook is run again without it, the others are right.",
        {
            "cross_entropy": "def cross_entropy(logits, labels):\n    while True:\n        pass",
            "accuracy": "def accuracy(logits, labels):\n    import os\n    os.kill(os.getpid(), 9)",
            "translate_step": "import os\nos._exit(3)",
            "debug_port": """
                def debug_port(images, labels, *arrays):
                    return torch.zeros(10**12)
            """,
        },
        {
            "cross_entropy": Got("time limit", says=TIME),
            "accuracy": Got("crashed", says="It ended the notebook's process (Killed)."),
            "translate_step": Got("crashed", says="(exit status 3)"),
            "debug_port": Got("memory limit"),
        },
    ),
]
