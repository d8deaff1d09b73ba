"""Code that wants another verdict than its answer deserves, and answers that are not what they look like."""

from tests.grade.corpus.kinds import EXERCISE, KERAS_NET, Got, answer, answers, own_cell

WRONG = """
def mean_squared_error(predictions, truth):
    return np.mean(np.abs(predictions - truth))
"""
ABSOLUTE = {"state": "wrong", "says": "the mean absolute error", "mistake": "absolute"}
RIGHT = """
def mean_squared_error(predictions, truth):
    return np.mean((predictions - truth) ** 2)
"""


def patched(name: str, why: str, patch: str, *, below: str = "", **others: object):
    """Return a kind that patches something and then answers wrong: it stays wrong."""
    return answer(name, why, WRONG, **(ABSOLUTE | {"above": patch, "below": below} | others))


# Finds the descriptor of the channel, which is a socket, and says things on it.
FORGE = """
import json, os, socket, stat, struct
def say(*messages, raw=b""):
    for name in os.listdir("/proc/self/fd"):
        try:
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                for message in messages:
                    body = json.dumps(message).encode()
                    os.write(int(name), struct.pack("!I", len(body)) + body)
                os.write(int(name), raw)
        except OSError:
            pass
"""

KINDS = [
    patched(
        "patches_the_comparisons",
        "What is compared is compared elsewhere.",
        """
        import builtins, operator
        yes = lambda *given, **named: True
        for name in ("array_equal", "allclose", "isclose", "array_equiv", "all", "any", "equal"):
            setattr(np, name, yes)
        for name in ("assert_allclose", "assert_array_equal", "assert_equal", "assert_almost_equal"):
            setattr(np.testing, name, yes)
        np.isfinite = yes
        builtins.AssertionError = builtins.NotImplementedError
        operator.eq = yes
        """,
    ),
    answers(
        "patches_the_comparisons_of_torch",
        "The same with tensors.",
        {
            "accuracy": """
                def accuracy(logits, labels):
                    return (logits.argmax(dim=1) != labels).float().mean()
            """
        },
        {"accuracy": Got("wrong")},
        above="""
        yes = lambda *given, **named: True
        torch.allclose = torch.testing.assert_close = yes
        torch.Tensor.allclose = torch.Tensor.equal = torch.equal = torch.isclose = yes
        """,
    ),
    patched(
        "patches_the_check",
        "`check` in the notebook has no say.",
        """
        import lockstep.learn, lockstep.learn.checking, lockstep.learn.judging
        check = lockstep.learn.check = lockstep.learn.checking.check = lambda name: print("✓ Right")
        lockstep.learn.judging.same = lockstep.learn.judging._close = lambda *given: True
        lockstep.learn.judging.compare = lambda *given: lockstep.learn.judging.Verdict()
        """,
    ),
    patched(
        "patches_the_display_and_the_traceback",
        "Neither output nor an exception's report decides anything.",
        """
        import IPython.display, sys
        shell = get_ipython()
        shell.showtraceback = shell._showtraceback = shell.showsyntaxerror = lambda *given, **named: None
        IPython.display.display = shell.display_pub.publish = lambda *given, **named: None
        sys.excepthook = sys.displayhook = lambda *given: None
        shell.set_custom_exc((BaseException,), lambda *given, **named: None)
        """,
    ),
    patched(
        "patches_run_cell",
        "The notebook's cells then run as the patch wants: what an answer gives back is judged all the same.",
        """
        shell = get_ipython()
        original = shell.run_cell
        def run_cell(source, *given, **named):
            return original(source.replace("assert", "pass #"), *given, **named)
        type(shell).run_cell = staticmethod(run_cell)
        """,
    ),
    patched(
        "transforms_later_cells",
        "AST and input transformers rewrite only what is the student's own.",
        """
        import ast
        class Pass(ast.NodeTransformer):
            def visit_Assert(self, node):
                return ast.Pass()
        get_ipython().ast_transformers.append(Pass())
        get_ipython().input_transformers_post.append(lambda lines: [l.replace("assert ", "") for l in lines])
        """,
    ),
    patched(
        "traces_every_call",
        "settrace sees all that happens in the process: nothing of worth does.",
        """
        import sys
        def trace(frame, event, argument):
            for name in ("expected", "verdict", "passed", "right"):
                if name in frame.f_locals:
                    frame.f_locals[name] = True
            return trace
        sys.settrace(trace)
        """,
    ),
    answer(
        "patches_the_adapter",
        "It could give back the right results there as well as in the answer; it does not know them.",
        WRONG,
        "wrong",
        above="""
        import lockstep.grade.student_process, lockstep.learn.answering
        for module in (lockstep.grade.student_process, lockstep.learn.answering):
            module.run_answer = lambda *given: {"result": np.array(True), "state": np.array("right")}
            module.to_array = lambda value: np.array(True)
        """,
        says="Expected one result; got result, state.",
    ),
    patched(
        "patches_json",
        "From its cell on nothing can be understood: the cell is left out, and the answer is as wrong as it is.",
        """
        import json
        json.dumps = lambda *given, **named: '{"number": 1e999, "results": {"result": {"dtype": "O"}}}'
        """,
        note="(time limit)",
    ),
    answer(
        "patches_the_channel",
        "The verdict is not among what the process can say.",
        WRONG,
        "error",
        above="""
        from lockstep.grade import wire
        import lockstep.grade.student_process
        original = wire.send
        def send(channel, message):
            verdict = {"state": "right", "points": 1, "passed": True, "results": {"state": "right"}}
            original(channel, verdict | {"number": message.get("number"), "error": None})
        wire.send = send
        """,
        says="What it gave back is unusable: a result is no array.",
    ),
    own_cell(
        "forges_records",
        "What the code says by itself is no reply to a question: it is not listened to.",
        FORGE
        + """
record = {"results": {"result": {"dtype": "<f8", "shape": [], "data": "AAAAAAAAAAA="}}, "error": None}
verdict = {"state": "right", "points": 1, "exercise": "mean_squared_error", "number": None}
say(record, verdict, *[record | {"number": number} for number in (-1, 0, 1000, "2", None)])
""",
    ),
    answer(
        "forges_the_reply_itself",
        "With the right number it is a reply like any other, and as wrong as what it says.",
        """
        def mean_squared_error(predictions, truth):
            zero = {"results": {"result": {"dtype": "<f8", "shape": [], "data": "AAAAAAAAAAA="}}}
            say(*[zero | {"number": number} for number in range(20)])
            return np.mean((predictions - truth) ** 2)
        """,
        "wrong",
        above=FORGE,
    ),
    answer(
        "speaks_drop_by_drop",
        "A frame of which a byte comes now and then gains no time.",
        """
        def mean_squared_error(predictions, truth):
            import time
            say(raw=struct.pack("!I", 7_000_000))
            while True:
                say(raw=b" ")
                time.sleep(0.2)
        """,
        "time limit",
        says="It did not end within 4 s.",
        above=FORGE,
    ),
    answer(
        "announces_four_gigabytes",
        "More than is allowed is not waited for, and no memory is set aside for it.",
        """
        def mean_squared_error(predictions, truth):
            say(raw=b"\\xff\\xff\\xff\\xff")
            return np.mean((predictions - truth) ** 2)
        """,
        "crashed",
        says="it gave back more than 8 MB",
        above=FORGE,
    ),
    answer(
        "hangs_up_and_stays",
        "Without a channel there is no more to be had from it, and nobody waits for it.",
        """
        def mean_squared_error(predictions, truth):
            import gc, socket, time
            for one in gc.get_objects():
                if type(one) is socket.socket:
                    try:
                        one.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass
            while True:
                time.sleep(1000)
        """,
        "crashed",
        says="It cut the notebook's process off from the grader.",
        above=FORGE,
    ),
    own_cell(
        "ends_with_a_question_unread",
        "It pretends that its cell is over, and is gone when it is asked the next thing, which is the answer's "
        "cell: that one is taken for the culprit.",
        FORGE
        + """
import time
say({"error": None, "number": 3})
time.sleep(0.5)
os._exit(0)
""",
        got={EXERCISE: Got("crashed", says="(exit status 0)")},
    ),
    answer(
        "forges_a_verdict_as_its_result",
        "A mapping is a result with several parts, whatever they are called.",
        """
        def mean_squared_error(predictions, truth):
            return {"state": 1, "points": 1, "passed": True}
        """,
        "wrong",
        says="Expected one result; got state, points, passed.",
    ),
    answer(
        "a_result_that_equals_everything",
        "It is never compared: it is no number.",
        """
        class Equal:
            __eq__ = lambda self, other: True
            __ne__ = lambda self, other: False
            __hash__ = object.__hash__
        def mean_squared_error(predictions, truth):
            return Equal()
        """,
        "error",
        says="a value of type `Equal`",
    ),
    answer(
        "a_result_that_lies_about_its_class",
        "What is read of it are numbers, and these are wrong.",
        """
        class Liar:
            __class__ = np.ndarray
            dtype, shape, ndim, size, nbytes = np.dtype(float), (), 0, 1, 8
            def __array__(self, *given, **named):
                return np.zeros((3, 3))
        def mean_squared_error(predictions, truth):
            return Liar()
        """,
        "wrong",
        says="Expected shape (); got shape (3, 3).",
    ),
    answer(
        "an_array_that_raises_when_read",
        "An error of the answer's, told in its own words.",
        """
        class Fighter:
            __class__ = np.ndarray
            def __array__(self, *given, **named):
                raise SystemError("not me")
        def mean_squared_error(predictions, truth):
            return Fighter()
        """,
        "error",
        says="What `mean_squared_error` gave back cannot be read: not me",
    ),
    answer(
        "an_array_of_a_class_of_its_own",
        "A subclass of ndarray is read as the array that it is, without its methods.",
        """
        class Mine(np.ndarray):
            def tobytes(self, *given):
                raise SystemExit("out")
            __eq__ = __array_ufunc__ = lambda self, *given, **named: True
            shape = property(lambda self: ())
        def mean_squared_error(predictions, truth):
            return np.zeros(3).view(Mine)
        """,
        "wrong",
        says="Expected shape (); got shape (3,).",
    ),
    answer(
        "a_result_that_runs_code_when_unpickled",
        "Nothing is ever unpickled.",
        """
        class Bomb:
            def __reduce__(self):
                import os
                return os.system, ("touch @TEACHER@/was-here",)
        def mean_squared_error(predictions, truth):
            return np.array([Bomb()], dtype=object)
        """,
        "error",
        says="an array of Python objects",
    ),
    answer(
        "a_structured_array",
        "No result of the course is one; it is refused before it is laid out.",
        """
        def mean_squared_error(predictions, truth):
            return np.zeros(3, dtype=[("state", "U5"), ("points", "f8", (2, 2))])
        """,
        "error",
        says="a result is no array of numbers",
    ),
    *[
        answer(
            f"describes_an_array_with_{name}",
            "The grader makes no array that is larger than its bytes, or of anything but numbers and text.",
            WRONG,
            "crashed" if "things at once" in said else "error",
            above=f"""
            from lockstep.grade import wire
            wire.encode_arrays = lambda arrays: {{"result": {description}}}
            """,
            says=said,
        )
        for name, description, said in (
            (
                "a_huge_empty_shape",
                '{"dtype": "<f8", "shape": [0, 10**30], "data": ""}',
                "a result is no array.",
            ),
            (
                "entries_of_no_size",
                '{"dtype": "<U0", "shape": [10**12], "data": ""}',
                "a result has another size than it says.",
            ),
            (
                "objects_in_it",
                '{"dtype": "O", "shape": [1], "data": "AAAAAAAAAAA="}',
                "a result is no array",
            ),
            (
                "a_million_fields",
                '{"dtype": "f8," * 1_000_000, "shape": [1], "data": "AA=="}',
                "it gave back too many things at once",
            ),
            (
                "text_that_is_none",
                '{"dtype": "<U1", "shape": [], "data": "/////w=="}',
                "a result is no text.",
            ),
            (
                "a_shape_of_infinity",
                '{"dtype": "<f8", "shape": [float("inf")], "data": ""}',
                "a result is no array.",
            ),
        )
    ],
    answer(
        "names_results_by_rubbish",
        "Names of results end up in a message, a database and a page: none of these stumbles.",
        """
        def mean_squared_error(predictions, truth):
            return {"\\ud800\\x1b[31m<script>alert(1)</script>": 1.0, "x" * 1_000_000: 2.0}
        """,
        "wrong",
        says="Expected one result; got ?",
    ),
    answer(
        "raises_rubbish",
        "So do messages and names of exceptions.",
        """
        Rubbish = type("<b>\\x1b" + "y" * 10_000, (Exception,), {})
        def mean_squared_error(predictions, truth):
            raise Rubbish("\\ud800</script>\\0\\x1b]0;title\\a" + "z" * 1_000_000)
        """,
        "error",
        says="`mean_squared_error` raised ",
    ),
    answer(
        "an_exception_that_cannot_be_told",
        "Its own code fails when it is asked what it says.",
        """
        class Silent(Exception):
            def __str__(self):
                raise SystemExit("no")
        def mean_squared_error(predictions, truth):
            raise Silent
        """,
        "error",
    ),
    answer(
        "hard_coded_for_the_public_cases",
        "What is read from the lesson's public cases is right for those alone, and none of them is asked.",
        """
        from lockstep.learn.judging import load_recorded
        from lockstep.lessons import lessons_folder
        known = load_recorded(lessons_folder() / "00_start_here" / "checks.npz", "mean_squared_error")
        def mean_squared_error(predictions, truth):
            for case in known:
                if np.array_equal(case.inputs["predictions"], predictions):
                    return case.expected["result"]
            return 0.0
        """,
        "wrong",
        says="Case: three rides.",
    ),
    answers(
        "hard_coded_public_tensors",
        "Hidden cases are drawn from another seed: nothing that was looked up fits them.",
        {
            "accuracy": """
                from lockstep.learn.judging import load_recorded
                from lockstep.lessons import lessons_folder
                known = load_recorded(lessons_folder() / "04_simple_net" / "checks.npz", "accuracy")
                def accuracy(logits, labels):
                    for case in known:
                        same = case.inputs["logits"].shape == logits.shape
                        if same and np.allclose(case.inputs["logits"], logits.numpy(), atol=1e-5):
                            return torch.tensor(case.expected["result"])
                    return torch.tensor(-1.0)
            """
        },
        {"accuracy": Got("wrong", says="Case: eight rows of eight classes.")},
    ),
    patched(
        "changes_the_seed",
        "The hidden cases were drawn before, and outside.",
        """
        import random
        import lockstep.learn.exercises
        lockstep.learn.exercises.PUBLIC_SEED = 1
        np.random.seed(1)
        random.seed(1)
        np.random.default_rng = lambda *given: np.random.Generator(np.random.PCG64(1))
        """,
    ),
    patched(
        "changes_the_exercise",
        "Tolerance, points and cases that the process knows are not those that count.",
        """
        import lockstep.grade.student_process as process, gc
        for one in gc.get_objects():
            if type(one).__name__ == "Exercise":
                object.__setattr__(one, "tolerance", 1e9)
                object.__setattr__(one, "points", 100)
        """,
    ),
    answer(
        "right_the_first_time_alone",
        "Asked for the first case once more it says something else: that case was right by chance.",
        """
        calls = []
        def mean_squared_error(predictions, truth):
            calls.append(1)
            return np.mean((predictions - truth) ** 2) if len(calls) < 3 else 0.0
        """,
        "partly",
        0.5,
        says="Called a second time with the same values, `mean_squared_error` gave back something else.",
    ),
    answer(
        "pretends_not_to_be_attempted",
        "Raising what the blank raises is no answer, and costs what a blank costs.",
        """
        def mean_squared_error(predictions, truth):
            raise NotImplementedError("try again")
        """,
        "not attempted",
        says="Nothing was written in place of the blank yet.",
    ),
    *[
        answer(
            f"gives_back_{name}",
            why,
            f"def mean_squared_error(predictions, truth):\n    {line}",
            *got,
        )
        for name, why, line, got in (
            ("nothing", "A forgotten return.", "1 + 1", ("error", 0.0, "it gave back None")),
            (
                "a_generator",
                "A yield in place of a return.",
                "yield 1",
                ("error", 0.0, "a value of type `generator`"),
            ),
            (
                "text",
                "A string is no number.",
                "return '1.5'",
                ("error", 0.0, "a value of type `str`"),
            ),
            (
                "nan",
                "Not a number is never right.",
                "return float('nan')",
                ("wrong", 0.0, 'nan means "not a number"'),
            ),
            (
                "infinity",
                "Nor is infinity.",
                "return np.inf",
                ("wrong", 0.0, "Case: three rides."),
            ),
            (
                "a_complex_number",
                "A complex array is told apart from a number.",
                "return np.array(1 + 2j)",
                ("wrong", 0.0, "Expected numbers; got values of the type complex128."),
            ),
            (
                "a_ragged_list",
                "Each part is a result.",
                "return [[1], [1, 2]]",
                ("error", 0.0, "a value of type `list`"),
            ),
            (
                "itself",
                "A function is no number.",
                "return mean_squared_error",
                ("error", 0.0, "a value of type `function`"),
            ),
            (
                "an_interrupt",
                "As if a teacher had pressed Ctrl+C.",
                "raise KeyboardInterrupt",
                ("error", 0.0, "raised KeyboardInterrupt"),
            ),
            (
                "an_exit",
                "`sys.exit` is an exception.",
                "import sys; sys.exit(0)",
                ("error", 0.0, "raised SystemExit: 0"),
            ),
        )
    ],
    answer(
        "gives_back_a_thousand_results",
        "No exercise asks for as many.",
        """
        def mean_squared_error(predictions, truth):
            return [1.0] * 1000
        """,
        "error",
        says="there are more than 200 results in it",
    ),
    answer(
        "changes_its_inputs",
        "Each call is given its own: the answer is right.",
        """
        def mean_squared_error(predictions, truth):
            predictions -= truth
            predictions **= 2
            return predictions.mean()
        """,
        "right",
    ),
    answer(
        "prints_megabytes_when_asked",
        "Output of an answer goes where that of cells goes.",
        """
        def mean_squared_error(predictions, truth):
            for _ in range(100):
                print("x" * 1_000_000)
            return np.mean((predictions - truth) ** 2)
        """,
        "right",
    ),
    own_cell(
        "forgets_its_modules",
        "What the process itself needs it holds on to.",
        """
        import sys
        for name in list(sys.modules):
            if name.startswith(("lockstep", "json", "numpy", "traceback")):
                del sys.modules[name]
        import numpy as np
        """,
    ),
    own_cell(
        "breaks_the_built_in_names",
        "Nothing works in its process any more, so the cell ends it, and is left out.",
        """
        import builtins
        builtins.len = builtins.isinstance = builtins.str = None
        """,
        note="was left out (crashed)",
    ),
    answer(
        "a_coroutine",
        "An async function gives back something to wait for, which no exercise asks for.",
        "async def mean_squared_error(predictions, truth):\n    return np.mean((predictions - truth) ** 2)",
        "error",
        says="a value of type `coroutine`",
    ),
    answer(
        "an_object_that_can_be_called",
        "It is called as a function is, and right.",
        """
        class Error:
            def __call__(self, predictions, truth):
                return np.mean((predictions - truth) ** 2)
        mean_squared_error = Error()
        """,
        "right",
    ),
    answer(
        "a_warning_on_stderr",
        "A right answer that warns is right.",
        """
        def mean_squared_error(predictions, truth):
            import sys, warnings
            warnings.warn("deprecated")
            print("careful", file=sys.stderr)
            return np.mean((predictions - truth) ** 2)
        """,
        "right",
    ),
    answer(
        "asks_for_input",
        "There is nobody to answer.",
        """
        def mean_squared_error(predictions, truth):
            return float(input("How much? "))
        """,
        "error",
    ),
    answer(
        "a_forgotten_breakpoint",
        "A debugger that nobody sits at does nothing: the answer is right.",
        """
        def mean_squared_error(predictions, truth):
            breakpoint()
            return np.mean((predictions - truth) ** 2)
        """,
        "right",
    ),
    answer(
        "a_name_that_shadows",
        'As in the student\'s own notebook after "restart and run all": the answer no longer works.',
        RIGHT,
        "error",
        says="raised AttributeError in line",
        below="np = None",
    ),
    own_cell(
        "deletes_its_answer_afterwards",
        "What was answered in its cell counts, though the name was deleted below.",
        "pass",
        below="del mean_squared_error",
    ),
    own_cell(
        "uses_the_name_for_something_else",
        "The same with a name that holds a number afterwards.",
        "pass",
        below="mean_squared_error = mean_squared_error(np.ones(2), np.zeros(2))",
    ),
    own_cell(
        "shadows_built_in_names",
        "In its own notebook alone.",
        "list = sum = print = open = len = type = None",
    ),
    own_cell(
        "hooks_into_imports_and_collections",
        "Hooks that raise, handlers for signals, and functions for the end.",
        """
        import atexit, gc, signal, sys
        class Hook:
            def find_spec(self, *given):
                raise RuntimeError("no")
        def no(*given):
            raise RuntimeError("no")
        sys.meta_path.insert(0, Hook())
        gc.callbacks.append(no)
        atexit.register(no)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, no)
        sys.excepthook = sys.unraisablehook = no
        """,
    ),
    own_cell(
        "awaits_at_the_top_of_a_cell",
        "Notebooks allow it.",
        "import asyncio\nawait asyncio.sleep(0.01)",
    ),
    own_cell(
        "exits_in_a_cell",
        "`exit()` and `sys.exit()` end a cell and not the notebook, in Jupyter too.",
        "import sys\nsys.exit(1)",
        below="exit()",
    ),
    answers(
        "keras_answers_in_the_pytorch_notebook",
        "They call what is not there; what needs no framework is right all the same.",
        {
            name: f"import keras\ndef {name}(*given):\n    return keras.ops.convert_to_tensor(0.0)"
            for name in ("softmax", "cross_entropy", "accuracy")
        },
        {
            name: Got("error", says="`keras` cannot be imported in it")
            for name in ("softmax", "cross_entropy", "accuracy")
        },
    ),
    answers(
        "patches_keras",
        "Comparisons of TensorFlow's and Keras's are no more asked than the others.",
        {
            "accuracy": """
                def accuracy(logits, labels):
                    return tf.reduce_mean(tf.cast(tf.argmax(logits, 1) != tf.cast(labels, tf.int64), tf.float32))
            """,
            "softmax": "def softmax(logits):\n    while True:\n        pass",
        },
        {"accuracy": Got("wrong"), "softmax": Got("time limit")},
        notebook=KERAS_NET,
        above="""
        import numpy as np, keras, tensorflow as tf
        tf.debugging.assert_near = tf.reduce_all = np.allclose = lambda *given, **named: True
        type(tf.constant(1)).__eq__ = lambda self, other: True
        """,
    ),
]
