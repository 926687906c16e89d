// Reads tests/vectors with src/clients/cpp/roboperception.hpp. Usage: check FOLDER. Ends with "N sound, N damaged" or with the first difference.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <sstream>
#include "held.hpp"
#include "roboperception.hpp"

using roboperception::Frame;
using roboperception::FrameHeader;

static std::vector<std::uint8_t> file(const std::string& path)
{
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        std::fprintf(stderr, "cannot read %s\n", path.c_str());
        std::exit(1);
    }
    return {std::istreambuf_iterator<char>(stream), {}};
}

static std::vector<std::vector<std::string>> table(const std::string& path)
{
    std::vector<std::vector<std::string>> rows;
    std::ifstream stream(path);
    std::string line, cell;
    std::getline(stream, line);
    while (std::getline(stream, line)) {
        rows.emplace_back();
        std::istringstream cells(line);
        while (std::getline(cells, cell, '\t')) rows.back().push_back(cell);
    }
    return rows;
}

static void require(bool condition, const std::string& name, const std::string& what)
{
    if (!condition) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), what.c_str());
        std::exit(1);
    }
}

static bool header_is(const FrameHeader& h, const std::vector<std::string>& c)
{
    const auto number = [&](std::size_t i) { return std::strtoull(c.at(i).c_str(), nullptr, 10); };
    const auto real = [&](std::size_t i) { return std::strtof(c.at(i).c_str(), nullptr); };
    return static_cast<unsigned>(h.kind) == number(1) && static_cast<unsigned>(h.encoding) == number(2) && h.flags == number(3) && h.width == number(4) && h.height == number(5)
        && h.source_width == number(6) && h.source_height == number(7) && h.sequence == number(8) && h.acquired == static_cast<std::int64_t>(number(9))
        && h.published == static_cast<std::int64_t>(number(10)) && h.session == number(11) && h.scale_x == real(12) && h.scale_y == real(13) && h.offset_x == real(14)
        && h.offset_y == real(15) && h.scale == real(16) && h.offset == real(17) && h.model_id == std::strtoull(c.at(18).c_str(), nullptr, 16);
}

static bool values_are(const Frame& frame, const std::vector<std::uint8_t>& expected)
{
    if (!frame.class_ids.empty()) return frame.class_ids == expected;
    const std::vector<float>& values = frame.depth.empty() ? frame.normals : frame.depth;
    // Rounding of the last bit is the compiler's: some fuse multiplication and addition.
    const float tolerance = frame.depth.empty() ? 1e-6f : 1e-5f;
    if (expected.size() != 4 * values.size()) return false;
    for (std::size_t i = 0; i < values.size(); i++) {
        float wanted;
        std::memcpy(&wanted, expected.data() + 4 * i, 4);
        if (std::isnan(wanted) ? !std::isnan(values[i]) : !(std::fabs(values[i] - wanted) <= tolerance)) return false;
    }
    return true;
}

static bool begins(const std::string& name, const char* with) { return name.rfind(with, 0) == 0; }

/// What a payload holds, as values in the order of the file beside it; the file's name says which reader it is for.
static std::vector<Frame> read(const std::string& name, const std::vector<std::uint8_t>& payload)
{
    if (!begins(name, "bundle-")) return {roboperception::decode(payload.data(), payload.size())};
    std::vector<Frame> frames;
    for (const roboperception::Part& part : roboperception::split_bundle(payload.data(), payload.size())) {
        frames.push_back(roboperception::decode(part.data, part.size));
        frames.back().header = part.header;
    }
    return frames;
}

static bool points_are(const std::vector<roboperception::LabelledPoint>& points, const std::vector<std::uint8_t>& expected)
{
    if (expected.size() != 28 * points.size()) return false;
    for (std::size_t i = 0; i < points.size(); i++) {
        const auto& [p, n, label] = points[i];
        const float values[] = {p.x, p.y, p.z, n.x, n.y, n.z, static_cast<float>(label)};
        if (std::memcmp(values, expected.data() + 28 * i, 28) != 0) return false;
    }
    return true;
}

int main(int, char** arguments)
{
    const std::string folder = arguments[1];
    const auto sound = table(folder + "/sound.tsv"), damaged = table(folder + "/damaged.tsv");
    for (const auto& row : sound) {
        const std::vector<std::uint8_t> payload = file(folder + "/sound/" + row[0]);
        try {
            const FrameHeader header = roboperception::read_header(payload.data(), payload.size());
            require(header_is(header, row), row[0], "the header differs");
            std::vector<std::uint8_t> values = file(folder + "/sound/" + row[0] + ".values");
            if (begins(row[0], "points-")) {
                require(points_are(roboperception::read_points(payload.data(), payload.size()), values), row[0], "the points differ");
                continue;
            }
            for (const Frame& frame : read(row[0], payload)) {
                require(frame.header.sequence == header.sequence && frame.header.published == header.published, row[0], "a part is of another frame");
                const std::size_t size = frame.class_ids.size() + 4 * (frame.depth.size() + frame.normals.size());
                require(values.size() >= size && values_are(frame, {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(size)}), row[0], "the values differ");
                values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(size));
            }
            require(values.empty(), row[0], "values are missing");
        } catch (const roboperception::PayloadError& error) {
            require(false, row[0], error.what());
        }
    }
    for (const auto& row : damaged) {
        // A copy without a byte more, so that a sanitiser sees every step beyond.
        const std::vector<std::uint8_t> payload = file(folder + "/damaged/" + row[0]);
        const std::size_t before = held;
        most = held;
        bool refused = false;
        try {
            if (begins(row[0], "points-")) roboperception::read_points(payload.data(), payload.size());
            else read(row[0], payload);
        } catch (const roboperception::PayloadError&) {
            refused = true;
        }
        require(refused, row[0], "was not refused");
        require(most - before <= 10 * payload.size() + 64000, row[0], "took " + std::to_string(most - before) + " bytes");
    }
    std::printf("%zu sound, %zu damaged\n", sound.size(), damaged.size());
}
