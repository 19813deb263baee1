// A main for the targets where libFuzzer is not: every seed, then a fixed number of inputs made from them.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "target.hpp"

namespace {

using Input = std::vector<std::uint8_t>;

std::vector<Input> read_seeds(const std::string& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  std::vector<Input> seeds;
  for (const auto& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  kindred::fuzz::require(!seeds.empty(), "there are seeds");
  return seeds;
}

/// The words of libFuzzer's dictionary format: "word" a line, with \xNN, \\ and \".
std::vector<Input> read_words(const std::string& path) {
  std::vector<Input> words;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    Input word;
    for (std::size_t i = 1; i + 1 < line.size(); ++i) {
      if (line[i] != '\\') {
        word.push_back(static_cast<std::uint8_t>(line[i]));
      } else if (line[++i] == 'x') {
        word.push_back(static_cast<std::uint8_t>(std::stoi(line.substr(i + 1, 2), nullptr, 16)));
        i += 2;
      } else {
        word.push_back(static_cast<std::uint8_t>(line[i]));
      }
    }
    words.push_back(word);
  }
  return words;
}

/// One small change; `others` are inputs to take parts of.
void change(Input& input, const std::vector<Input>& others, const std::vector<Input>& words,
            kindred::RandomStream& random) {
  const auto below = [&](std::size_t size) {
    return static_cast<std::ptrdiff_t>(random.below(static_cast<std::uint32_t>(size)));
  };
  const auto at = [&] { return input.begin() + below(input.size() + 1); };
  if (input.empty()) input.push_back(0);
  switch (random.below(words.empty() ? 6 : 8)) {
    case 0:
      input[static_cast<std::size_t>(below(input.size()))] ^=
          static_cast<std::uint8_t>(1u << random.below(8));
      break;
    case 1:
      input[static_cast<std::size_t>(below(input.size()))] = static_cast<std::uint8_t>(random.below(256));
      break;
    case 2:
      input.insert(at(), static_cast<std::uint8_t>(random.below(256)));
      break;
    case 3: {
      const auto first = input.begin() + below(input.size());
      input.erase(first, first + 1 + below(static_cast<std::size_t>(input.end() - first)));
      break;
    }
    case 4: {
      const auto first = below(input.size());
      const Input part(input.begin() + first,
                       input.begin() + first + below(input.size() - static_cast<std::size_t>(first)) + 1);
      input.insert(at(), part.begin(), part.end());
      break;
    }
    case 5: {
      const auto& other = others[static_cast<std::size_t>(below(others.size()))];
      input.insert(at(), other.begin() + below(other.size() + 1), other.end());
      break;
    }
    default: {
      const auto& word = words[static_cast<std::size_t>(below(words.size()))];
      input.insert(at(), word.begin(), word.end());
    }
  }
}

}  // namespace

/// Usage: fuzz_<target> COUNT LONGEST SEEDS [DICTIONARY]
int main(int argc, char** argv) {
  kindred::fuzz::require(argc >= 4, "COUNT, LONGEST and SEEDS are given");
  const auto count = std::stoul(argv[1]), longest = std::stoul(argv[2]);
  const auto seeds = read_seeds(argv[3]);
  const auto words = argc > 4 ? read_words(argv[4]) : std::vector<Input>();
  for (const auto& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
  for (std::size_t i = 0; i < count; ++i) {
    kindred::RandomStream random(i, kindred::Stream::sampling);
    Input input = seeds[i % seeds.size()];
    for (auto changes = 1 + random.below(5); changes > 0; --changes) change(input, seeds, words, random);
    input.resize(std::min(input.size(), longest));
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu seeds and %zu inputs made from them\n", seeds.size(), static_cast<std::size_t>(count));
}
