// Damages tests/vectors and reads them with src/clients/cpp/roboperception.hpp. Usage: fuzz FOLDER INPUTS SEED. Ends with one line of JSON,
// or with the first input that was neither read nor refused by name within a second and the memory that it can account for.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <unistd.h>
#include "held.hpp"
#include "roboperception.hpp"

using Input = std::vector<std::uint8_t>;

static std::mt19937_64 engine;
static std::size_t below(std::size_t limit) { return limit == 0 ? 0 : engine() % limit; }

static void set32(std::uint8_t* at, std::uint32_t value, bool big)
{
    for (int i = 0; i < 4; i++) at[i] = static_cast<std::uint8_t>(value >> 8 * (big ? 3 - i : i));
}

/// Puts the checksums right: damage behind them is what a hostile sender would make.
static void seal(Input& input)
{
    static constexpr std::uint8_t signature[] = {0x89, 'P', 'N', 'G'};
    static constexpr std::size_t header = 96, crc = 78;
    if (input.size() >= 8 && std::equal(std::begin(signature), std::end(signature), input.begin())) {
        for (std::size_t at = 8; at + 12 <= input.size();) {
            const std::size_t length = roboperception::detail::big32(input.data() + at);
            if (length > input.size() - at - 12) return;
            set32(input.data() + at + 8 + length, roboperception::detail::crc32({input.data() + at + 4, length + 4}), true);
            at += 12 + length;
        }
    } else if (input.size() >= header) {
        const std::size_t start = roboperception::detail::little<std::uint16_t>(input.data() + 4);
        if (start <= input.size()) set32(input.data() + crc, roboperception::detail::crc32({input.data() + start, input.size() - start}), false);
    }
}

static void damage(Input& input, const std::vector<Input>& seeds)
{
    static constexpr std::uint64_t interesting[] = {0, 1, 2, 7, 16, 127, 128, 255, 256, 4096, 32767, 32768, 65535, 65536, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, ~std::uint64_t{0}};
    const std::size_t at = below(input.size() + 1), length = std::min(input.size() - at, 1 + below(below(8) == 0 ? 255 : 8));
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(8)) {
        case 0:
            if (at < input.size()) input[at] ^= static_cast<std::uint8_t>(1 << below(8));
            break;
        case 1:
            if (at < input.size()) input[at] = static_cast<std::uint8_t>(below(256));
            break;
        case 2:
        case 3: {
            const std::uint64_t number = interesting[below(std::size(interesting))];
            const std::size_t size = std::size_t{1} << below(4);
            const bool big = below(2) == 0;
            for (std::size_t i = 0; i < size && at + i < input.size(); i++) input[at + i] = static_cast<std::uint8_t>(number >> 8 * (big ? size - 1 - i : i));
            break;
        }
        case 4: input.erase(place, place + static_cast<std::ptrdiff_t>(length)); break;
        case 5: {
            const Input part(place, place + static_cast<std::ptrdiff_t>(length));
            input.insert(place, part.begin(), part.end());
            break;
        }
        case 6: {
            const Input& other = seeds[below(seeds.size())];
            const std::size_t from = below(other.size() + 1), taken = std::min(other.size() - from, 1 + below(127));
            input.insert(place, other.begin() + static_cast<std::ptrdiff_t>(from), other.begin() + static_cast<std::ptrdiff_t>(from + taken));
            break;
        }
        default:
            if (below(3) == 0) input.resize(at);
            else std::generate(place, place + static_cast<std::ptrdiff_t>(length), [] { return static_cast<std::uint8_t>(below(256)); });
            break;
    }
}

/// The pixels that an input's headers speak of, within what is decoded at all.
static std::size_t pixels_of(const Input& input)
{
    try {
        const auto header = roboperception::read_header(input.data(), input.size());
        std::size_t pixels = std::size_t{header.width} * header.height;
        if (header.kind == roboperception::Kind::bundle) {
            pixels = 0;
            for (const auto& part : roboperception::split_bundle(input.data(), input.size())) pixels += std::size_t{part.header.width} * part.header.height;
        }
        return std::min(pixels, 3 * roboperception::most_pixels);
    } catch (const roboperception::PayloadError&) {
        return 0;
    }
}

static void read(int reader, const Input& input)
{
    if (reader == 0) {
        roboperception::decode(input.data(), input.size());
    } else if (reader == 1) {
        for (const auto& part : roboperception::split_bundle(input.data(), input.size())) roboperception::decode(part.data, part.size);
    } else {
        roboperception::read_points(input.data(), input.size());
    }
}

static double cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int main(int count, char** arguments)
{
    if (count != 4) return 2;
    const long inputs = std::atol(arguments[2]);
    engine.seed(static_cast<std::uint64_t>(std::atol(arguments[3])));
    std::vector<Input> seeds[3];
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator(std::string(arguments[1]) + "/sound")) {
        if (file.path().extension() != ".values") files.push_back(file.path());
    }
    std::sort(files.begin(), files.end());
    for (const auto& path : files) {
        std::ifstream stream(path, std::ios::binary);
        const std::string name = path.filename();
        seeds[name.rfind("bundle-", 0) == 0 ? 1 : name.rfind("points-", 0) == 0 ? 2 : 0].emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
    }
    long accepted = 0, refused = 0;
    std::size_t most_bytes = 0;
    double most_seconds = 0;
    const double began = cpu();
    for (long i = 0; i < inputs; i++) {
        // What never ends is ended by the signal.
        if (i % 1000 == 0) alarm(300);
        // Eight of ten for the outputs, whose formats are many.
        const std::size_t draw = below(10);
        const int reader = draw < 8 ? 0 : draw == 8 ? 1 : 2;
        Input input = seeds[reader][below(seeds[reader].size())];
        for (std::size_t times = below(5) == 0 ? 1 + below(15) : 1 + below(3); times > 0; times--) damage(input, seeds[reader]);
        if (below(4) != 0) seal(input);
        // Without a byte to spare, so that a sanitiser sees every step beyond.
        const Input exact(input);
        const std::size_t allowed = 64000 + 10 * exact.size() + 64 * pixels_of(exact), before = held;
        most = held;
        const double start = cpu();
        std::string finding;
        try {
            read(reader, exact);
            accepted++;
        } catch (const roboperception::PayloadError&) {
            refused++;
        } catch (const std::exception& error) {
            finding = error.what();
        }
        const double seconds = cpu() - start;
        const std::size_t bytes = most - before;
        most_seconds = std::max(most_seconds, seconds);
        most_bytes = std::max(most_bytes, bytes);
        if (finding.empty() && seconds > 1) finding = std::to_string(seconds) + " s";
        if (finding.empty() && bytes > allowed) finding = std::to_string(bytes) + " bytes, " + std::to_string(allowed) + " allowed";
        if (!finding.empty()) {
            std::fprintf(stderr, "input %ld of seed %s (%zu bytes): %s\n", i, arguments[3], exact.size(), finding.c_str());
            return 1;
        }
    }
    std::printf("{\"inputs\":%ld,\"accepted\":%ld,\"refused\":%ld,\"mostBytes\":%zu,\"mostSeconds\":%.3f,\"seconds\":%.1f}\n", inputs, accepted, refused, most_bytes, most_seconds, cpu() - began);
}
