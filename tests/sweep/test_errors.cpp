#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "refusal.hpp"
#include "sweep/sweep_file.hpp"

namespace kindred::sweep {
namespace {

using test::refusal;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

TEST(UnknownKey, IsNamedWithItsLineAndTheNearestKey) {
  EXPECT_EQ(refusal("name = 'x'\n\n[model]\nhiden = [3]\n"),
            "model.hiden = [3] (my.toml line 4: no such key) did you mean model.hidden?");
  EXPECT_THAT(refusal("[train]\nlearningrate = 1"), EndsWith("did you mean train.learning_rate?"));
  EXPECT_THAT(refusal("[record]\nquantile = 5"), EndsWith("did you mean record.quantiles?"));
  EXPECT_THAT(refusal("nmae = 'x'"), EndsWith("did you mean name?"));
}

TEST(UnknownKey, AnAbbreviationIsUnderstood) {
  EXPECT_THAT(refusal("[train]\nlr = 1"), EndsWith("did you mean train.learning_rate?"));
  EXPECT_THAT(refusal("[train]\nwd = 1"), EndsWith("did you mean train.weight_decay?"));
}

TEST(UnknownKey, OfASweepHasTheSweepsKeysToo) {
  EXPECT_THAT(refusal("[[sweep]]\nseed = 3"), EndsWith("did you mean seeds?"));
  EXPECT_THAT(refusal("[[sweep]]\nlearning_rates = [3]"), EndsWith("did you mean train.learning_rate?"));
  EXPECT_THAT(refusal("[[sweep]]\n'train.epoch' = [3]"), EndsWith("did you mean train.epochs?"));
  EXPECT_THAT(refusal("[[sweep]]\nname = 'x'"), HasSubstr("name = \"x\" (my.toml line 2: no such key)"));
}

TEST(UnknownKey, ASectionIsAKeyToo) {
  EXPECT_EQ(refusal("[modle]\nhidden = [3]"),
            "modle = {...} (my.toml line 1: no such key) did you mean model?");
  EXPECT_THAT(refusal("[model.hidden]\nwidth = 3"),
              HasSubstr("model.hidden = {...} (my.toml line 1: wrong type, a table)"));
}

TEST(WrongType, IsNamedWithWhatIsAllowed) {
  EXPECT_EQ(refusal("[train]\nepochs = 'ten'"),
            "train.epochs = \"ten\" (my.toml line 2: wrong type, text) use an integer in [1, 1000000]");
  EXPECT_EQ(refusal("[train]\nepochs = 10.0"),
            "train.epochs = 10.0 (my.toml line 2: wrong type, a number) use an integer in [1, 1000000]");
  EXPECT_EQ(refusal("[train]\nlearning_rate = true"),
            "train.learning_rate = true (my.toml line 2: wrong type, a truth value) use a number above 0");
  EXPECT_EQ(refusal("[train]\nlearning_rate = 2020-01-01"),
            "train.learning_rate = a date or time (my.toml line 2: wrong type, a date or time) use a number "
            "above 0");
  EXPECT_EQ(
      refusal("[model]\nactivation = 3"),
      "model.activation = 3 (my.toml line 2: wrong type, an integer) use one of relu, tanh, gelu, sigmoid");
  EXPECT_EQ(
      refusal("[model]\nhidden = 128"),
      "model.hidden = 128 (my.toml line 2: wrong type, an integer) use a list of integers in [1, 1000000]");
  EXPECT_THAT(refusal("[model]\nhidden = [128, 'x']"), HasSubstr("an entry of the wrong type"));
  EXPECT_THAT(refusal("name = 3"), HasSubstr("name = 3 (my.toml line 1: wrong type, an integer) use text"));
}

TEST(WrongType, AListOutsideASweepSaysWhereItBelongs) {
  EXPECT_EQ(refusal("[train]\nlearning_rate = [0.1, 0.2]"),
            "train.learning_rate = [0.1, 0.2] (my.toml line 2: wrong type, a list) use a number above 0; "
            "several values "
            "belong in a [[sweep]]");
}

TEST(WrongType, OfASettingThatDoesNotApplyIsRefusedAllTheSame) {
  EXPECT_THAT(refusal("[model]\npatch = 'big'"),
              StartsWith("model.patch = \"big\" (my.toml line 2: wrong type"));
}

TEST(WrongType, OnALaterLineOfAnAxisNamesThatLine) {
  EXPECT_THAT(refusal("[[sweep]]\n'train.epochs' = [\n  3,\n  'x',\n]"),
              StartsWith("train.epochs = \"x\" (my.toml line 4: wrong type, text)"));
}

struct Impossible {
  const char* line;
  const char* allowed;
};

class ImpossibleValue : public testing::TestWithParam<Impossible> {};

TEST_P(ImpossibleValue, IsRefusedInTheBaseAndInAnAxis) {
  const auto [line, allowed] = GetParam();
  EXPECT_THAT(refusal(std::string("name = 'x'\n") + line),
              AllOf(HasSubstr("(my.toml line 2: "), EndsWith(allowed)));
  const std::string text = line;
  const auto equals = text.find('=');
  const std::string axis = text.substr(0, equals) + "= [" + text.substr(equals + 1) + "]";
  EXPECT_THAT(refusal("[[sweep]]\n" + axis), AllOf(HasSubstr("(my.toml line 2: "), EndsWith(allowed)));
}

const char* const count = "use an integer in [1, 1000000]";
const char* const counts = "use a list of one or more integers in [1, 1000000]";
const char* const widths = "use a list of integers in [1, 1000000]";
const char* const positive = "use a number above 0";
const char* const below_one = "use a number in [0, 1)";
const char* const seed = "use an integer of at least 0";
INSTANTIATE_TEST_SUITE_P(
    All, ImpossibleValue,
    testing::Values(
        Impossible{"train.epochs = 0", count}, Impossible{"train.epochs = -3", count},
        Impossible{"train.epochs = 1000001", count}, Impossible{"train.batch_size = 0", count},
        Impossible{"data.train_limit = 0", count}, Impossible{"data.test_limit = -1", count},
        Impossible{"init.scale = 0", positive}, Impossible{"init.scale = -1.0", positive},
        Impossible{"init.scale = inf", positive}, Impossible{"init.scale = nan", positive},
        Impossible{"train.learning_rate = 0.0", positive}, Impossible{"train.learning_rate = -0.1", positive},
        Impossible{"train.learning_rate = -nan", positive}, Impossible{"train.momentum = 1", below_one},
        Impossible{"train.momentum = -0.1", below_one}, Impossible{"train.beta1 = 1.0", below_one},
        Impossible{"train.epsilon = 0", positive}, Impossible{"train.step_epochs = 0", count},
        Impossible{"train.step_factor = 0", positive},
        Impossible{"train.warmup_epochs = -1", "use an integer in [0, 1000000]"},
        Impossible{"train.label_noise = 1.5", "use a number in [0, 1]"},
        Impossible{"train.weight_decay = -1e-9", "use a number of at least 0"},
        Impossible{"train.weight_decay = inf", "use a number of at least 0"},
        Impossible{"model.dropout = 1", below_one}, Impossible{"model.hidden = [128, 0]", widths},
        Impossible{"model.hidden = [-1]", widths}, Impossible{"model.channels = [0]", counts},
        Impossible{"model.channels = []", counts}, Impossible{"model.patch = 0", count},
        Impossible{"init.seed = -1", seed}, Impossible{"train.order_seed = -1", seed},
        Impossible{"train.optimizer = 'rmsprop'", "use one of sgd, adam, adamw"},
        Impossible{"model.activation = 'relo'", "use one of relu, tanh, gelu, sigmoid"},
        Impossible{"data.dataset = 'imagenet'", "use one of mnist, fashion-mnist, cifar10"},
        Impossible{"init.scheme = 'he'",
                   "use one of kaiming_uniform, kaiming_normal, xavier_uniform, xavier_normal, normal, "
                   "uniform, orthogonal"}));

TEST(Axis, MayNotBeEmpty) {
  EXPECT_EQ(refusal("[[sweep]]\n\"init.scale\" = []"),
            "init.scale = [] (my.toml line 2: an empty axis) give at least one value, each a number above 0");
  EXPECT_THAT(refusal("[[sweep]]\nmodel.hidden = []"),
              HasSubstr("model.hidden = [] (my.toml line 2: an empty axis)"));
  EXPECT_THAT(refusal("[[sweep]]\nmodel.hidden = [[8], 9]"),
              HasSubstr("model.hidden = 9 (my.toml line 2: wrong type"));
}

TEST(Seeds, MustBeACountOrAList) {
  const std::string allowed = "use a count of at least 1, or a list of one or more integers of at least 0";
  for (const char* seeds :
       {"0", "-1", "[]", "[1, -1]", "'three'", "1.0", "[0.5]", "[[1]]", "true", "{min = 1}"})
    EXPECT_THAT(refusal(std::string("[[sweep]]\nseeds = ") + seeds),
                AllOf(HasSubstr("line 2"), EndsWith(allowed)))
        << seeds;
}

TEST(Twice, AKeyIsRefused) {
  EXPECT_EQ(refusal("train.epochs = 3\n\"train.epochs\" = 4"),
            "train.epochs = 4 (my.toml line 2: given before, on line 1) keep one of the two");
  EXPECT_THAT(refusal("[[sweep]]\n'init.scale' = 1\ninit.scale = [2]"), HasSubstr("given before, on line 2"));
}

TEST(Twice, ASectionIsRefused) {
  EXPECT_THAT(refusal("[train]\nepochs = 3\n[data]\n[train]\nbatch_size = 4"),
              AllOf(StartsWith("TOML syntax (my.toml line 4: column "), HasSubstr("train")));
}

TEST(Section, MustHaveItsForm) {
  EXPECT_EQ(refusal("train = 3"),
            "train = 3 (my.toml line 1: an integer, not a section) write it once, as [train]");
  EXPECT_THAT(refusal("[[train]]\nepochs = 3"),
              HasSubstr("a list, not a section) write it once, as [train]"));
  EXPECT_EQ(refusal("[sweep]\nseeds = 3"),
            "sweep = {...} (my.toml line 1: a table, not a list of tables) write each as [[sweep]]");
  EXPECT_THAT(refusal("sweep = []"), EndsWith("write each as [[sweep]]"));
  EXPECT_THAT(refusal("sweep = [3]"), EndsWith("write each as [[sweep]]"));
  EXPECT_THAT(refusal("[train.model]\nhidden = [3]"),
              HasSubstr("train.model = {...} (my.toml line 1: no such key)"));
  EXPECT_THAT(refusal("seeds = 3"), HasSubstr("seeds = 3 (my.toml line 1: no such key)"));
}

TEST(File, ThatCannotBeReadIsAUsageError) {
  const auto message = [](const std::string& path) -> std::string {
    try {
      read_sweep(path);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message("/nowhere/s.toml"),
            "/nowhere/s.toml (cannot be read: No such file or directory) check the sweep file's name and "
            "permissions");
  EXPECT_EQ(message(testing::TempDir()),
            testing::TempDir() + " (a folder) name a sweep file, written in TOML");
}

}  // namespace
}  // namespace kindred::sweep
