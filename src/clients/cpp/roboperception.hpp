// Reads what a RoboPerception node publishes: segmentation, depth and surface normals of every camera frame. C++17, this file alone, no library.
//
//     roboperception::Frame frame = roboperception::decode(message->payload, message->payloadlen);
//     float ahead = frame.depth[frame.header.height / 2 * frame.header.width + frame.header.width / 2];   // metres, NaN = unknown
//
// Damaged payloads throw roboperception::PayloadError, whose what() says what is wrong. No payload makes this code allocate more than
// its header's size needs and a few times its own length.
#ifndef ROBOPERCEPTION_HPP
#define ROBOPERCEPTION_HPP

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <limits>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace roboperception {

/// A payload is damaged or not one of RoboPerception's.
class PayloadError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class Kind : std::uint8_t { segmentation = 1, depth = 2, normals = 3, image = 4, bundle = 5, points = 6 };
enum class Encoding : std::uint8_t { png = 1, fast = 2, rvl = 3, raw = 4, ros2 = 5, jpeg = 6 };

/// Pixels of the largest frame that is decoded.
constexpr std::size_t most_pixels = 4096 * 2160;

/// Which camera frame a payload is, when it was taken, on which grid, and by which weights.
struct FrameHeader {
    Kind kind{};
    Encoding encoding{};
    std::uint16_t flags = 0;
    std::uint16_t width = 0, height = 0;                ///< of the payload
    std::uint16_t source_width = 0, source_height = 0;  ///< of the camera's image
    std::uint64_t sequence = 0;                         ///< frame number of this camera in this session; a gap is a drop
    std::int64_t acquired = 0;                          ///< time of the grab, nanoseconds since the UNIX epoch
    std::int64_t published = 0;                         ///< time the payload was handed to the network
    std::uint32_t session = 0;                          ///< changes when the node restarts
    float scale_x = 1, scale_y = 1, offset_x = 0, offset_y = 0;  ///< x in the camera's image = scale_x * x + offset_x
    float scale = 1, offset = 0;                        ///< metres = raw * scale + offset (depth)
    std::uint64_t model_id = 0;                         ///< first 8 bytes of the model file's SHA-256; prints like it in hexadecimal
    std::uint32_t crc32 = 0;
};

/// One decoded output. One of the vectors is filled, chosen by header.kind.
struct Frame {
    FrameHeader header;
    std::vector<std::uint8_t> class_ids;  ///< [H,W], 255 = unlabelled
    std::vector<float> depth;             ///< [H,W], metres along the optical axis, NaN = invalid
    std::vector<float> normals;           ///< [3,H,W], unit vectors toward the camera (x right, y down, z forward), (0,0,0) = invalid
};

/// A pinhole camera on the published grid: k[0], k[4], k[2], k[5] of the topic cam/<c>/info.
struct Intrinsics {
    double fx, fy, cx, cy;
};

struct Point {
    float x, y, z;
};

/// One output in a bundle; its bytes are those of the message.
struct Part {
    FrameHeader header;
    const std::uint8_t* data;
    std::size_t size;
};

/// A point of the topic cam/<c>/points.
struct LabelledPoint {
    Point position;           ///< metres in the camera optical frame
    Point normal;             ///< unit vector toward the camera, (0,0,0) = not known
    std::uint8_t class_id;    ///< 255 = unlabelled
};

namespace detail {

struct Bytes {
    const std::uint8_t* data;
    std::size_t size;

    Bytes from(std::size_t start) const { return {data + start, size - start}; }
    Bytes part(std::size_t start, std::size_t length) const { return {data + start, length}; }
};

[[noreturn]] inline void refuse(const std::string& what) { throw PayloadError(what); }

template <typename T>
T little(const std::uint8_t* at) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < sizeof(T); i++) bits |= static_cast<std::uint64_t>(at[i]) << (8 * i);
    if constexpr (std::is_same_v<T, float>) {
        const auto word = static_cast<std::uint32_t>(bits);
        float value;
        std::memcpy(&value, &word, sizeof value);
        return value;
    } else {
        return static_cast<T>(bits);
    }
}

inline std::uint32_t big32(const std::uint8_t* at) {
    return static_cast<std::uint32_t>(at[0]) << 24 | static_cast<std::uint32_t>(at[1]) << 16 | static_cast<std::uint32_t>(at[2]) << 8 | at[3];
}

inline std::uint32_t crc32(Bytes bytes) {
    static const auto table = [] {
        std::array<std::uint32_t, 256> t{};
        for (std::uint32_t n = 0; n < 256; n++) {
            std::uint32_t c = n;
            for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ 0xEDB88320u : c >> 1;
            t[n] = c;
        }
        return t;
    }();
    std::uint32_t crc = 0xFFFFFFFFu;
    for (std::size_t i = 0; i < bytes.size; i++) crc = table[(crc ^ bytes.data[i]) & 255] ^ crc >> 8;
    return ~crc;
}

// ---- What deflate and Brotli share: bits from the lowest upwards, and canonical prefix codes of at most 15 bits ----

class BitReader {
public:
    explicit BitReader(Bytes bytes) : bytes_(bytes) {}

    /// The next bits (at most 24) without taking them; zeros where the data has ended.
    std::uint32_t peek(unsigned bits) {
        while (count_ < bits && at_ < bytes_.size) {
            hold_ |= static_cast<std::uint64_t>(bytes_.data[at_++]) << count_;
            count_ += 8;
        }
        return static_cast<std::uint32_t>(hold_ & ((1u << bits) - 1));
    }

    void drop(unsigned bits) {
        if (bits > count_) refuse("The compressed data is truncated.");
        hold_ >>= bits;
        count_ -= bits;
    }

    std::uint32_t read(unsigned bits) {
        const std::uint32_t value = peek(bits);
        drop(bits);
        return value;
    }

    /// The next whole bytes.
    Bytes read_bytes(std::size_t length) {
        at_ -= count_ / 8;
        hold_ = count_ = 0;
        if (length > bytes_.size - at_) refuse("The compressed data is truncated.");
        at_ += length;
        return bytes_.part(at_ - length, length);
    }

private:
    Bytes bytes_;
    std::size_t at_ = 0;
    std::uint64_t hold_ = 0;
    unsigned count_ = 0;
};

class PrefixCode {
public:
    PrefixCode() = default;

    /// A code of one symbol, which takes no bits.
    explicit PrefixCode(unsigned only) : only_(static_cast<int>(only)) {}

    /// Of the lengths of all symbols' codes, 0 = the symbol does not occur. A code that leaves bit patterns unused is refused unless `incomplete`.
    explicit PrefixCode(const std::uint8_t* lengths, std::size_t symbols, bool incomplete = false) {
        for (std::size_t i = 0; i < symbols; i++) counts_[lengths[i]]++;
        counts_[0] = 0;
        std::array<std::uint16_t, longest + 2> offsets{};
        int left = 1;
        for (unsigned length = 1; length <= longest; length++) {
            left = 2 * left - counts_[length];
            if (left < 0) refuse("The compressed data describes a code that cannot be.");
            offsets[length + 1] = static_cast<std::uint16_t>(offsets[length] + counts_[length]);
        }
        if (left > 0 && !incomplete) refuse("The compressed data describes an incomplete code.");
        symbols_.resize(offsets[longest + 1]);
        for (std::size_t i = 0; i < symbols; i++) {
            if (lengths[i] > 0) symbols_[offsets[lengths[i]]++] = static_cast<std::uint16_t>(i);
        }
        fill_short_codes();
    }

    unsigned decode(BitReader& bits) const {
        if (only_ >= 0) return static_cast<unsigned>(only_);
        const std::uint32_t next = bits.peek(longest);
        if (const unsigned entry = short_codes_[next & 255]) {
            bits.drop(entry & 15);
            return entry >> 4;
        }
        // Longer codes bit by bit: `first` is the first code of a length, `index` where its symbols begin.
        int code = 0, first = 0, index = 0;
        for (unsigned length = 1; length <= longest; length++) {
            code |= static_cast<int>(next >> (length - 1) & 1);
            const int count = counts_[length];
            if (code - first < count) {
                bits.drop(length);
                return symbols_[static_cast<std::size_t>(index + code - first)];
            }
            index += count;
            first = (first + count) * 2;
            code *= 2;
        }
        refuse("The compressed data holds a code that does not exist.");
    }

private:
    static constexpr unsigned longest = 15;

    /// Symbol and length of every code of at most 8 bits, by the 8 bits that begin with it.
    void fill_short_codes() {
        unsigned code = 0;
        std::size_t index = 0;
        for (unsigned length = 1; length <= 8; length++) {
            for (unsigned i = 0; i < counts_[length]; i++, code++, index++) {
                unsigned reversed = 0;
                for (unsigned bit = 0; bit < length; bit++) reversed |= (code >> bit & 1) << (length - 1 - bit);
                for (unsigned at = reversed; at < 256; at += 1u << length) {
                    short_codes_[at] = static_cast<std::uint16_t>(symbols_[index] << 4 | length);
                }
            }
            code *= 2;
        }
    }

    int only_ = -1;
    std::array<std::uint16_t, longest + 1> counts_{};
    std::array<std::uint16_t, 256> short_codes_{};
    std::vector<std::uint16_t> symbols_;
};

// ---- zlib's format (RFC 1950, RFC 1951) ----

class Inflater {
public:
    /// The first `length` bytes that the data unpacks to.
    static std::vector<std::uint8_t> unpack(Bytes data, std::size_t length) {
        if (data.size < 2 || (data.data[0] & 15) != 8 || (data.data[0] << 8 | data.data[1]) % 31 != 0 || (data.data[1] & 32) != 0) {
            refuse("The PNG file's pixel data is not in zlib's format.");
        }
        Inflater inflater(data.from(2), length);
        inflater.run();
        return std::move(inflater.out_);
    }

private:
    Inflater(Bytes data, std::size_t length) : bits_(data), out_(length) {}

    void run() {
        for (bool last = false; at_ < out_.size() && !last;) {
            last = bits_.read(1) == 1;
            switch (bits_.read(2)) {
                case 0: stored(); break;
                case 1: fixed(); break;
                case 2: described(); break;
                default: refuse("The PNG file's pixel data holds a block of an unknown type.");
            }
        }
        if (at_ < out_.size()) refuse("The PNG file's pixel data is truncated: " + std::to_string(at_) + " of " + std::to_string(out_.size()) + " bytes.");
    }

    void stored() {
        const Bytes lengths = bits_.read_bytes(4);
        const auto length = little<std::uint16_t>(lengths.data);
        if (length != static_cast<std::uint16_t>(~little<std::uint16_t>(lengths.data + 2))) refuse("The PNG file's pixel data contradicts itself about the length of a block.");
        const Bytes block = bits_.read_bytes(length);
        const std::size_t wanted = std::min<std::size_t>(length, out_.size() - at_);
        std::copy_n(block.data, wanted, out_.begin() + static_cast<std::ptrdiff_t>(at_));
        at_ += wanted;
    }

    void fixed() {
        std::array<std::uint8_t, 288> literals{};
        std::array<std::uint8_t, 32> distances{};
        for (std::size_t i = 0; i < literals.size(); i++) literals[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
        distances.fill(5);
        coded(PrefixCode(literals.data(), literals.size()), PrefixCode(distances.data(), distances.size()));
    }

    void described() {
        static constexpr std::uint8_t order[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
        const std::size_t literals = bits_.read(5) + 257, distances = bits_.read(5) + 1, described = bits_.read(4) + 4;
        std::array<std::uint8_t, 19> meta_lengths{};
        for (std::size_t i = 0; i < described; i++) meta_lengths[order[i]] = static_cast<std::uint8_t>(bits_.read(3));
        const PrefixCode meta(meta_lengths.data(), meta_lengths.size(), true);
        std::array<std::uint8_t, 288 + 32> lengths{};
        for (std::size_t i = 0; i < literals + distances;) {
            const unsigned symbol = meta.decode(bits_);
            if (symbol < 16) {
                lengths[i++] = static_cast<std::uint8_t>(symbol);
                continue;
            }
            if (symbol == 16 && i == 0) refuse("The PNG file's pixel data repeats a length before the first.");
            const std::uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
            const std::size_t times = symbol == 16 ? 3 + bits_.read(2) : symbol == 17 ? 3 + bits_.read(3) : 11 + bits_.read(7);
            if (i + times > literals + distances) refuse("The PNG file's pixel data describes too many lengths.");
            std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(i), times, value);
            i += times;
        }
        // One distance, or none, is a code with patterns left over.
        coded(PrefixCode(lengths.data(), literals, true), PrefixCode(lengths.data() + literals, distances, true));
    }

    void coded(const PrefixCode& literals, const PrefixCode& distances) {
        static constexpr std::uint16_t length_base[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258};
        static constexpr std::uint8_t length_extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
        static constexpr std::uint16_t distance_base[] = {1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
        while (true) {
            const unsigned symbol = literals.decode(bits_);
            if (symbol == 256 || at_ == out_.size()) return;
            if (symbol < 256) {
                out_[at_++] = static_cast<std::uint8_t>(symbol);
                continue;
            }
            if (symbol - 257 >= std::size(length_base)) refuse("The PNG file's pixel data holds a length that does not exist.");
            const std::size_t length = length_base[symbol - 257] + bits_.read(length_extra[symbol - 257]);
            const unsigned code = distances.decode(bits_);
            if (code >= std::size(distance_base)) refuse("The PNG file's pixel data holds a distance that does not exist.");
            const std::size_t distance = distance_base[code] + bits_.read(code < 4 ? 0 : code / 2 - 1);
            if (distance > at_) refuse("The PNG file's pixel data copies from before its start.");
            for (const std::size_t end = std::min(at_ + length, out_.size()); at_ < end; at_++) out_[at_] = out_[at_ - distance];
        }
    }

    BitReader bits_;
    std::vector<std::uint8_t> out_;
    std::size_t at_ = 0;
};

// ---- Brotli (RFC 7932) as the encoding `fast` uses it ----
// Two things that serve text alone are refused by name: words of the built-in dictionary, and contexts of UTF-8. RoboPerception writes neither.

class Brotli {
public:
    /// The bytes that the data unpacks to, which must be exactly `length`.
    static std::vector<std::uint8_t> unpack(Bytes data, std::size_t length) {
        Brotli brotli(data, length);
        brotli.run();
        return std::move(brotli.out_);
    }

private:
    /// How the symbols of one category are divided into blocks.
    struct Blocks {
        unsigned types = 1, type = 0, before = 1;
        std::size_t left = std::numeric_limits<std::size_t>::max();
        PrefixCode type_code, length_code;
    };

    struct ContextMap {
        unsigned trees = 1;
        std::vector<std::uint8_t> map;
    };

    static constexpr unsigned msb6_context = 1, utf8_context = 2, signed_context = 3;

    Brotli(Bytes data, std::size_t length) : bits_(data), out_(length) {}

    [[noreturn]] static void damaged(const std::string& what) { refuse("The fast payload is damaged: " + what + "."); }

    void run() {
        const unsigned window = read_window();
        farthest_ = (std::size_t{1} << window) - 16;
        for (bool last = false; !last;) {
            last = bits_.read(1) == 1;
            if (last && bits_.read(1) == 1) break;
            const unsigned nibbles = bits_.read(2);
            if (nibbles == 3) {
                skip_metadata();
                continue;
            }
            const std::size_t size = std::size_t{bits_.read(4 * (nibbles + 4))} + 1;
            if (nibbles > 0 && size - 1 < std::size_t{1} << 4 * (nibbles + 3)) damaged("a length is longer than it need be");
            if (size > out_.size() - at_) damaged("it unpacks to more than " + std::to_string(out_.size()) + " bytes");
            if (!last && bits_.read(1) == 1) {
                const Bytes block = bits_.read_bytes(size);
                std::copy_n(block.data, size, out_.begin() + static_cast<std::ptrdiff_t>(at_));
                at_ += size;
            } else {
                compressed(at_ + size);
            }
        }
        if (at_ != out_.size()) damaged("it unpacks to " + std::to_string(at_) + " bytes, not to " + std::to_string(out_.size()));
    }

    unsigned read_window() {
        if (bits_.read(1) == 0) return 16;
        if (const unsigned large = bits_.read(3)) return 17 + large;
        const unsigned small = bits_.read(3);
        if (small == 1) damaged("its window is not of the standard");
        return small == 0 ? 17 : 8 + small;
    }

    void skip_metadata() {
        if (bits_.read(1) != 0) damaged("a reserved bit is set");
        const unsigned bytes = bits_.read(2);
        bits_.read_bytes(bytes == 0 ? 0 : std::size_t{bits_.read(8 * bytes)} + 1);
    }

    void compressed(std::size_t end) {
        static constexpr std::uint16_t insert_base[] = {0, 1, 2, 3, 4, 5, 6, 8, 10, 14, 18, 26, 34, 50, 66, 98, 130, 194, 322, 578, 1090, 2114, 6210, 22594};
        static constexpr std::uint8_t insert_extra[] = {0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 12, 14, 24};
        static constexpr std::uint16_t copy_base[] = {2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 18, 22, 30, 38, 54, 70, 102, 134, 198, 326, 582, 1094, 2118};
        static constexpr std::uint8_t copy_extra[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8, 9, 10, 24};
        // Insert and copy code of the first of every 64 command symbols.
        static constexpr std::uint8_t insert_cell[] = {0, 0, 0, 0, 8, 8, 0, 16, 8, 16, 16}, copy_cell[] = {0, 8, 0, 8, 0, 8, 16, 0, 16, 8, 16};
        Blocks literal_blocks = read_blocks(), command_blocks = read_blocks(), distance_blocks = read_blocks();
        const unsigned postfix = bits_.read(2), direct = bits_.read(4) << postfix;
        std::vector<std::uint8_t> modes(literal_blocks.types);
        for (std::uint8_t& mode : modes) mode = static_cast<std::uint8_t>(bits_.read(2));
        const ContextMap literal_map = read_context_map(64 * literal_blocks.types), distance_map = read_context_map(4 * distance_blocks.types);
        if (literal_map.trees > 1 && std::count(modes.begin(), modes.end(), utf8_context) > 0) damaged("it is packed as text");
        const std::vector<PrefixCode> literals = read_codes(literal_map.trees, 256), commands = read_codes(command_blocks.types, 704);
        const std::vector<PrefixCode> distances = read_codes(distance_map.trees, 16 + direct + (48u << postfix));
        while (at_ < end) {
            const unsigned command = commands[next(command_blocks)].decode(bits_);
            const unsigned insert_code = insert_cell[command >> 6] + (command >> 3 & 7), copy_code = copy_cell[command >> 6] + (command & 7);
            const std::size_t insert = insert_base[insert_code] + bits_.read(insert_extra[insert_code]);
            const std::size_t copy = copy_base[copy_code] + bits_.read(copy_extra[copy_code]);
            if (insert > end - at_) damaged("more literals than the block has bytes");
            for (const std::size_t stop = at_ + insert; at_ < stop;) {
                const unsigned block = next(literal_blocks);
                const unsigned tree = literal_map.trees == 1 ? 0 : literal_map.map[64 * block + context(modes[block])];
                out_[at_++] = static_cast<std::uint8_t>(literals[tree].decode(bits_));
            }
            if (at_ == end) break;
            std::int64_t distance = recent_[0];
            if (command >= 128) {
                const unsigned tree = distance_map.map[4 * next(distance_blocks) + std::min<std::size_t>(copy - 2, 3)];
                distance = read_distance(distances[tree].decode(bits_), postfix, direct);
            }
            if (distance <= 0) damaged("a distance is not positive");
            const auto back = static_cast<std::size_t>(distance);
            if (back > std::min(at_, farthest_)) damaged("it refers to the dictionary or to before its start");
            if (copy > end - at_) damaged("a copy is longer than its block");
            for (const std::size_t stop = at_ + copy; at_ < stop; at_++) out_[at_] = out_[at_ - back];
        }
    }

    std::int64_t read_distance(unsigned code, unsigned postfix, unsigned direct) {
        // Codes 0 to 15: which of the last four distances, and what is added.
        static constexpr std::uint8_t index[] = {0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1};
        static constexpr std::int8_t delta[] = {0, 0, 0, 0, -1, 1, -2, 2, -3, 3, -1, 1, -2, 2, -3, 3};
        if (code == 0) return recent_[0];
        std::int64_t distance;
        if (code < 16) {
            distance = recent_[index[code]] + delta[code];
        } else if (code < 16 + direct) {
            distance = code - 15;
        } else {
            const unsigned rest = code - direct - 16, extra = 1 + (rest >> (postfix + 1));
            if (extra > 24) damaged("a distance is too large");
            const std::int64_t high = (std::int64_t{2 + (rest >> postfix & 1)} << extra) - 4;
            distance = ((high + bits_.read(extra)) << postfix) + (rest & ((1u << postfix) - 1)) + direct + 1;
        }
        std::copy_backward(recent_.begin(), recent_.end() - 1, recent_.end());
        recent_[0] = distance;
        return distance;
    }

    Blocks read_blocks() {
        Blocks blocks;
        blocks.types = read_count();
        if (blocks.types > 1) {
            blocks.type_code = read_code(blocks.types + 2);
            blocks.length_code = read_code(26);
            blocks.left = read_block_length(blocks.length_code);
        }
        return blocks;
    }

    /// The type of the block to which the next symbol belongs.
    unsigned next(Blocks& blocks) {
        if (blocks.left == 0) {
            const unsigned code = blocks.type_code.decode(bits_);
            const unsigned type = code == 0 ? blocks.before : code == 1 ? (blocks.type + 1) % blocks.types : code - 2;
            blocks.before = blocks.type;
            blocks.type = type;
            blocks.left = read_block_length(blocks.length_code);
        }
        blocks.left--;
        return blocks.type;
    }

    std::size_t read_block_length(const PrefixCode& code) {
        static constexpr std::uint16_t base[] = {1, 5, 9, 13, 17, 25, 33, 41, 49, 65, 81, 97, 113, 145, 177, 209, 241, 305, 369, 497, 753, 1265, 2289, 4337, 8433, 16625};
        static constexpr std::uint8_t extra[] = {2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 7, 8, 9, 10, 11, 12, 13, 24};
        const unsigned symbol = code.decode(bits_);
        return std::size_t{base[symbol]} + bits_.read(extra[symbol]);
    }

    /// A number from 1 to 256.
    unsigned read_count() {
        if (bits_.read(1) == 0) return 1;
        const unsigned extra = bits_.read(3);
        return (1u << extra) + 1 + bits_.read(extra);
    }

    ContextMap read_context_map(std::size_t size) {
        ContextMap result{read_count(), std::vector<std::uint8_t>(size)};
        if (result.trees == 1) return result;
        const unsigned longest_run = bits_.read(1) == 0 ? 0 : bits_.read(4) + 1;
        const PrefixCode code = read_code(result.trees + longest_run);
        for (std::size_t i = 0; i < size;) {
            const unsigned symbol = code.decode(bits_);
            if (symbol == 0 || symbol > longest_run) {
                result.map[i++] = static_cast<std::uint8_t>(symbol == 0 ? 0 : symbol - longest_run);
                continue;
            }
            i += (std::size_t{1} << symbol) + bits_.read(symbol);
            if (i > size) damaged("a context map is longer than it may be");
        }
        if (bits_.read(1) == 1) {
            std::array<std::uint8_t, 256> order;
            for (std::size_t i = 0; i < order.size(); i++) order[i] = static_cast<std::uint8_t>(i);
            for (std::uint8_t& entry : result.map) {
                const auto chosen = order.begin() + entry;
                entry = *chosen;
                std::rotate(order.begin(), chosen, chosen + 1);
            }
        }
        return result;
    }

    unsigned context(unsigned mode) const {
        const unsigned before = at_ > 0 ? out_[at_ - 1] : 0, second_before = at_ > 1 ? out_[at_ - 2] : 0;
        return mode == signed_context ? magnitude(before) << 3 | magnitude(second_before) : mode == msb6_context ? before >> 2 : before & 63;
    }

    static unsigned magnitude(unsigned byte) {
        return byte == 0 ? 0 : byte < 16 ? 1 : byte < 64 ? 2 : byte < 128 ? 3 : byte < 192 ? 4 : byte < 240 ? 5 : byte < 255 ? 6 : 7;
    }

    std::vector<PrefixCode> read_codes(std::size_t count, unsigned alphabet) {
        std::vector<PrefixCode> codes;
        for (std::size_t i = 0; i < count; i++) codes.push_back(read_code(alphabet));
        return codes;
    }

    PrefixCode read_code(unsigned alphabet) {
        const unsigned kind = bits_.read(2);
        return kind == 1 ? read_simple_code(alphabet) : read_long_code(alphabet, kind);
    }

    PrefixCode read_simple_code(unsigned alphabet) {
        static constexpr std::uint8_t shapes[4][4] = {{1, 1, 0, 0}, {1, 2, 2, 0}, {2, 2, 2, 2}, {1, 2, 3, 3}};
        unsigned width = 0;
        while ((alphabet - 1) >> width != 0) width++;
        const std::size_t count = bits_.read(2) + 1;
        std::array<unsigned, 4> symbols{};
        for (std::size_t i = 0; i < count; i++) {
            symbols[i] = bits_.read(width);
            if (symbols[i] >= alphabet || std::count(symbols.begin(), symbols.begin() + static_cast<std::ptrdiff_t>(i), symbols[i]) > 0) {
                damaged("a code names a symbol twice or one that does not exist");
            }
        }
        if (count == 1) return PrefixCode(symbols[0]);
        const std::size_t shape = count == 4 && bits_.read(1) == 1 ? 3 : count - 2;
        std::vector<std::uint8_t> lengths(alphabet);
        for (std::size_t i = 0; i < count; i++) lengths[symbols[i]] = shapes[shape][i];
        return PrefixCode(lengths.data(), lengths.size());
    }

    PrefixCode read_long_code(unsigned alphabet, unsigned skipped) {
        const PrefixCode meta = read_meta_code(skipped);
        std::vector<std::uint8_t> lengths(alphabet);
        std::int64_t space = 32768;
        unsigned previous = 8, repeated = 0;
        std::size_t times = 0;
        for (std::size_t symbol = 0; symbol < alphabet && space > 0;) {
            const unsigned code = meta.decode(bits_);
            if (code < 16) {
                times = 0;
                if (code != 0) {
                    previous = code;
                    space -= 32768 >> code;
                }
                lengths[symbol++] = static_cast<std::uint8_t>(code);
                continue;
            }
            // Repeats in a row multiply: the second one makes the count of the first longer.
            const unsigned extra = code - 14, value = code == 16 ? previous : 0;
            if (value != repeated) {
                times = 0;
                repeated = value;
            }
            const std::size_t before = times;
            times = (times > 0 ? (times - 2) << extra : 0) + bits_.read(extra) + 3;
            const std::size_t more = times - before;
            if (more > alphabet - symbol) damaged("a code has more lengths than symbols");
            std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(symbol), more, static_cast<std::uint8_t>(value));
            symbol += more;
            space -= value == 0 ? 0 : static_cast<std::int64_t>(more) * (32768 >> value);
        }
        if (space != 0) damaged("a code is incomplete");
        return PrefixCode(lengths.data(), lengths.size());
    }

    PrefixCode read_meta_code(unsigned skipped) {
        static constexpr std::uint8_t order[] = {1, 2, 3, 4, 0, 5, 17, 6, 16, 7, 8, 9, 10, 11, 12, 13, 14, 15};
        // These lengths come in a fixed code of at most 4 bits.
        static constexpr std::uint8_t taken[] = {2, 2, 2, 3, 2, 2, 2, 4, 2, 2, 2, 3, 2, 2, 2, 4}, value[] = {0, 4, 3, 2, 0, 4, 3, 1, 0, 4, 3, 2, 0, 4, 3, 5};
        std::array<std::uint8_t, 18> lengths{};
        int space = 32;
        unsigned used = 0, only = 0;
        for (unsigned i = skipped; i < lengths.size() && space > 0; i++) {
            const std::uint32_t index = bits_.peek(4);
            bits_.drop(taken[index]);
            lengths[order[i]] = value[index];
            if (value[index] != 0) {
                space -= 32 >> value[index];
                used++;
                only = order[i];
            }
        }
        if (used == 1) return PrefixCode(only);
        if (space != 0) damaged("the code of a code is incomplete");
        return PrefixCode(lengths.data(), lengths.size());
    }

    BitReader bits_;
    std::vector<std::uint8_t> out_;
    std::size_t at_ = 0, farthest_ = 0;
    std::array<std::int64_t, 4> recent_{4, 11, 15, 16};
};

// ---- RVL (Wilson 2017) ----

/// Runs of invalid and valid pixels alternate; lengths and zigzag differences are numbers in groups of 3 bits, lowest first, a nibble a group with
/// its top bit set while more follow. Nibbles fill little-endian 32-bit words from the top.
class Rvl {
public:
    static std::vector<std::uint16_t> unpack(Bytes data, std::size_t pixels) {
        Rvl rvl(data);
        std::vector<std::uint16_t> depth(pixels);
        std::uint32_t previous = 0;
        for (std::size_t i = 0; i < pixels;) {
            const std::size_t zeros = rvl.run(pixels - i), values = rvl.run(pixels - i - zeros);
            if (zeros + values == 0) refuse("The RVL data repeats an empty run.");
            i += zeros;
            for (const std::size_t end = i + values; i < end; i++) {
                const std::uint32_t zigzag = rvl.number();
                previous += zigzag >> 1 ^ (0u - (zigzag & 1));
                depth[i] = static_cast<std::uint16_t>(previous);
            }
        }
        return depth;
    }

private:
    explicit Rvl(Bytes data) : data_(data), nibbles_(data.size / 4 * 8) {}

    std::size_t run(std::size_t left) {
        const std::uint32_t length = number();
        if (length > left) refuse("The RVL data holds a run of " + std::to_string(length) + " pixels where " + std::to_string(left) + " are left.");
        return length;
    }

    std::uint32_t number() {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 32; shift += 3) {
            if (at_ >= nibbles_) refuse("The RVL data is truncated.");
            // Byte 3 of a word holds its first two nibbles.
            const unsigned nibble = data_.data[at_ / 8 * 4 + 3 - at_ % 8 / 2] >> (at_ % 2 ? 0 : 4) & 15;
            at_++;
            value |= static_cast<std::uint32_t>(nibble & 7) << shift;
            if (nibble < 8) return value;
        }
        refuse("The RVL data holds a number that does not end.");
    }

    Bytes data_;
    std::size_t nibbles_, at_ = 0;
};

// ---- PNG with the chunk rpFh ----

inline bool is_png(Bytes payload) {
    static constexpr std::uint8_t signature[] = {0x89, 'P', 'N', 'G', 0x0D, 0x0A, 0x1A, 0x0A};
    return payload.size >= sizeof signature && std::memcmp(payload.data, signature, sizeof signature) == 0;
}

class PngChunks {
public:
    explicit PngChunks(Bytes file) : file_(file) {}

    /// False behind IEND and at the end of the file.
    bool next() {
        if (ended || at_ >= file_.size) return false;
        const std::size_t rest = file_.size - at_;
        const std::size_t length = rest >= overhead ? big32(file_.data + at_) : rest;
        if (rest < overhead || length > rest - overhead) refuse("The PNG file is truncated inside a chunk.");
        type.assign(reinterpret_cast<const char*>(file_.data) + at_ + 4, 4);
        data = file_.part(at_ + 8, length);
        if (crc32(file_.part(at_ + 4, 4 + length)) != big32(file_.data + at_ + 8 + length)) refuse("The PNG chunk '" + type + "' has a wrong checksum: the payload is damaged.");
        ended = type == "IEND";
        at_ += overhead + length;
        return true;
    }

    std::string type;
    Bytes data{nullptr, 0};
    bool ended = false;

private:
    static constexpr std::size_t overhead = 12;
    Bytes file_;
    std::size_t at_ = 8;
};

inline Bytes png_frame_header(Bytes file) {
    for (PngChunks chunks(file); chunks.next();) {
        if (chunks.type == "rpFh") return chunks.data;
    }
    refuse("The PNG file has no 'rpFh' chunk: it was not published by RoboPerception, or a tool removed it.");
}

/// Undoes the filters of section 9.2; the rows move together in place.
inline void png_unfilter(std::vector<std::uint8_t>& lines, std::size_t height, std::size_t stride, std::size_t pixel) {
    for (std::size_t y = 0; y < height; y++) {
        const std::size_t from = y * (stride + 1) + 1, to = y * stride;
        const unsigned filter = lines[from - 1];
        if (filter > 4) refuse("The PNG file names filter " + std::to_string(filter) + ", known are 0 to 4.");
        for (std::size_t i = 0; i < stride; i++) {
            const int a = i >= pixel ? lines[to + i - pixel] : 0, b = y > 0 ? lines[to + i - stride] : 0;
            const int c = i >= pixel && y > 0 ? lines[to + i - stride - pixel] : 0;
            const int to_a = std::abs(b - c), to_b = std::abs(a - c), to_c = std::abs(a + b - c - c);
            const int paeth = to_a <= to_b && to_a <= to_c ? a : to_b <= to_c ? b : c;
            const int guesses[] = {0, a, b, (a + b) / 2, paeth};
            lines[to + i] = static_cast<std::uint8_t>(lines[from + i] + guesses[filter]);
        }
    }
    lines.resize(height * stride);
}

/// The pixels in the raw layout.
inline std::vector<std::uint8_t> png_pixels(Bytes file, const FrameHeader& header) {
    const std::uint8_t depth = header.kind == Kind::depth ? 16 : 8, colour = header.kind == Kind::normals ? 2 : 0;
    std::vector<std::uint8_t> compressed;
    bool sized = false;
    PngChunks chunks(file);
    while (chunks.next()) {
        if (chunks.type == "IHDR") {
            if (chunks.data.size != 13) refuse("The PNG file's IHDR has " + std::to_string(chunks.data.size) + " bytes, expected 13.");
            const std::uint8_t* ihdr = chunks.data.data;
            if (big32(ihdr) != header.width || big32(ihdr + 4) != header.height) refuse("The PNG file has another size than its frame header says.");
            if (ihdr[8] != depth || ihdr[9] != colour || ihdr[10] != 0 || ihdr[11] != 0 || ihdr[12] != 0) refuse("The PNG file's pixels are of another form than its kind of output has.");
            sized = true;
        } else if (chunks.type == "IDAT") {
            compressed.insert(compressed.end(), chunks.data.data, chunks.data.data + chunks.data.size);
        }
    }
    if (!sized || !chunks.ended) refuse("The PNG file is truncated: IHDR or IEND is missing.");
    const std::size_t pixel = header.kind == Kind::segmentation ? 1 : header.kind == Kind::depth ? 2 : 3, stride = pixel * header.width;
    std::vector<std::uint8_t> pixels = Inflater::unpack({compressed.data(), compressed.size()}, header.height * (1 + stride));
    png_unfilter(pixels, header.height, stride, pixel);
    if (header.kind == Kind::depth) {
        for (std::size_t i = 0; i < pixels.size(); i += 2) std::swap(pixels[i], pixels[i + 1]);
    }
    return pixels;
}

// ---- Payloads ----

inline const char* name_of(Kind kind) {
    static constexpr const char* names[] = {"?", "segmentation", "depth", "normals", "image", "bundle", "points"};
    return names[static_cast<std::size_t>(kind)];
}

inline FrameHeader locate(Bytes payload, std::size_t& length) {
    constexpr std::size_t size = 96;
    const bool png = is_png(payload);
    const Bytes bytes = png ? png_frame_header(payload) : payload;
    if (bytes.size < size) refuse("The frame header is truncated: " + std::to_string(bytes.size) + " of 96 bytes.");
    const std::uint8_t* at = bytes.data;
    if (std::memcmp(at, "RPF1", 4) != 0) refuse("The frame header does not begin with 'RPF1'.");
    length = little<std::uint16_t>(at + 4);
    if (length < size || length > bytes.size) refuse("The frame header says it has " + std::to_string(length) + " bytes; expected at least 96 and at most the payload's " + std::to_string(bytes.size) + ".");
    if (at[8] < 1 || at[8] > 6) refuse("The frame header names kind " + std::to_string(at[8]) + ", known are 1 to 6.");
    if (at[9] < 1 || at[9] > 6) refuse("The frame header names encoding " + std::to_string(at[9]) + ", known are 1 to 6.");
    FrameHeader header;
    header.kind = static_cast<Kind>(at[8]);
    header.encoding = static_cast<Encoding>(at[9]);
    header.flags = little<std::uint16_t>(at + 6);
    header.width = little<std::uint16_t>(at + 10);
    header.height = little<std::uint16_t>(at + 12);
    header.source_width = little<std::uint16_t>(at + 14);
    header.source_height = little<std::uint16_t>(at + 16);
    header.sequence = little<std::uint64_t>(at + 18);
    header.acquired = little<std::int64_t>(at + 26);
    header.published = little<std::int64_t>(at + 34);
    header.session = little<std::uint32_t>(at + 42);
    header.scale_x = little<float>(at + 46);
    header.scale_y = little<float>(at + 50);
    header.offset_x = little<float>(at + 54);
    header.offset_y = little<float>(at + 58);
    header.scale = little<float>(at + 62);
    header.offset = little<float>(at + 66);
    header.model_id = std::uint64_t{big32(at + 70)} << 32 | big32(at + 74);
    header.crc32 = little<std::uint32_t>(at + 78);
    if (png != (header.encoding == Encoding::png)) refuse("The frame header names another encoding than the payload has.");
    return header;
}

inline void require_crc(const FrameHeader& header, Bytes data) {
    if (crc32(data) != header.crc32) refuse("The pixel data has another CRC than the frame header says: the payload is damaged.");
}

inline std::vector<std::uint16_t> samples(Bytes bytes) {
    std::vector<std::uint16_t> values(bytes.size / 2);
    for (std::size_t i = 0; i < values.size(); i++) values[i] = little<std::uint16_t>(bytes.data + 2 * i);
    return values;
}

inline std::vector<float> metres(const std::vector<std::uint16_t>& raw, const FrameHeader& header) {
    std::vector<float> depth(raw.size());
    for (std::size_t i = 0; i < raw.size(); i++) {
        depth[i] = raw[i] == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(raw[i]) * header.scale + header.offset;
    }
    return depth;
}

inline void set_normal(std::vector<float>& planes, std::size_t i, float x, float y, float z) {
    const std::size_t count = planes.size() / 3;
    const float length = std::sqrt(x * x + y * y + z * z), scale = length > 0 ? 1 / length : 0;
    planes[i] = x * scale;
    planes[count + i] = y * scale;
    planes[2 * count + i] = z * scale;
}

inline std::vector<float> normals_of_colours(Bytes rgb) {
    std::vector<float> planes(rgb.size);
    for (std::size_t i = 0; i < planes.size() / 3; i++) {
        const std::uint8_t* c = rgb.data + 3 * i;
        if (c[0] != 128 || c[1] != 128 || c[2] != 128) set_normal(planes, i, c[0] / 127.5f - 1, c[1] / 127.5f - 1, c[2] / 127.5f - 1);
    }
    return planes;
}

/// The planes u and v, as differences along each row, of an octahedral map centred on -z; (255,255) = invalid.
inline std::vector<float> normals_of_octahedra(std::vector<std::uint8_t> uv, std::size_t width) {
    const std::size_t count = uv.size() / 2;
    for (std::size_t i = 0; i < uv.size(); i++) uv[i] = static_cast<std::uint8_t>(uv[i] + (i % width == 0 ? 0 : uv[i - 1]));
    std::vector<float> planes(3 * count);
    for (std::size_t i = 0; i < count; i++) {
        if (uv[i] == 255 && uv[count + i] == 255) continue;
        float x = uv[i] / 127.0f - 1, y = uv[count + i] / 127.0f - 1;
        const float z = 1 - std::fabs(x) - std::fabs(y);
        if (z < 0) {
            // The far half of the sphere is folded over the corners.
            const float folded = (1 - std::fabs(y)) * (x < 0 ? -1.0f : 1.0f);
            y = (1 - std::fabs(x)) * (y < 0 ? -1.0f : 1.0f);
            x = folded;
        }
        set_normal(planes, i, x, y, -z);
    }
    return planes;
}

/// Low bytes, then high bytes, of the differences along each row.
inline std::vector<std::uint16_t> join_sum(const std::vector<std::uint8_t>& planes, std::size_t width) {
    std::vector<std::uint16_t> depth(planes.size() / 2);
    for (std::size_t i = 0; i < depth.size(); i++) {
        const unsigned left = i % width == 0 ? 0 : depth[i - 1];
        depth[i] = static_cast<std::uint16_t>(left + (planes[i] | planes[depth.size() + i] << 8));
    }
    return depth;
}

inline Frame interpret(const FrameHeader& header, Bytes raw) {
    Frame frame{header, {}, {}, {}};
    if (header.kind == Kind::segmentation) frame.class_ids.assign(raw.data, raw.data + raw.size);
    else if (header.kind == Kind::depth) frame.depth = metres(samples(raw), header);
    else frame.normals = normals_of_colours(raw);
    return frame;
}

inline Frame unpack(const FrameHeader& header, Bytes data) {
    const std::size_t pixels = std::size_t{header.width} * header.height;
    Frame frame{header, {}, {}, {}};
    if (header.encoding == Encoding::raw) {
        const std::size_t needed = pixels * static_cast<std::size_t>(header.kind);
        if (data.size != needed) refuse("The raw payload has " + std::to_string(data.size) + " bytes of pixels; its size needs " + std::to_string(needed) + ".");
        return interpret(header, data);
    }
    if (header.encoding == Encoding::rvl && header.kind == Kind::depth) frame.depth = metres(Rvl::unpack(data, pixels), header);
    else if (header.encoding != Encoding::fast) refuse(std::string("The encoding is not known for the output '") + name_of(header.kind) + "'.");
    else if (header.kind == Kind::segmentation) frame.class_ids = Brotli::unpack(data, pixels);
    else if (header.kind == Kind::depth) frame.depth = metres(join_sum(Brotli::unpack(data, 2 * pixels), header.width), header);
    else frame.normals = normals_of_octahedra(Brotli::unpack(data, 2 * pixels), header.width);
    return frame;
}

}  // namespace detail

/// The header alone: cheap, for those who only want to know which frame it is.
inline FrameHeader read_header(const void* payload, std::size_t length) {
    std::size_t header_length;
    return detail::locate({static_cast<const std::uint8_t*>(payload), length}, header_length);
}

/// Reads a whole payload.
inline Frame decode(const void* payload, std::size_t length) {
    const detail::Bytes bytes{static_cast<const std::uint8_t*>(payload), length};
    std::size_t header_length;
    const FrameHeader header = detail::locate(bytes, header_length);
    const std::size_t pixels = std::size_t{header.width} * header.height;
    if (pixels == 0 || pixels > most_pixels) detail::refuse("The frame header says " + std::to_string(header.width) + " x " + std::to_string(header.height) + " pixels; a frame has at least one and at most those of a 4K image.");
    if (header.kind > Kind::normals) detail::refuse(std::string("The payload holds a '") + detail::name_of(header.kind) + "', not a dense output.");
    if (header.encoding == Encoding::png) {
        const std::vector<std::uint8_t> raw = detail::png_pixels(bytes, header);
        detail::require_crc(header, {raw.data(), raw.size()});
        return detail::interpret(header, {raw.data(), raw.size()});
    }
    detail::require_crc(header, bytes.from(header_length));
    return detail::unpack(header, bytes.from(header_length));
}

/// The outputs in a bundle (topic cam/<c>/bundle), to be decoded each; they point into the message.
inline std::vector<Part> split_bundle(const void* message, std::size_t length) {
    const detail::Bytes bytes{static_cast<const std::uint8_t*>(message), length};
    std::size_t at;
    const FrameHeader header = detail::locate(bytes, at);
    if (header.kind != Kind::bundle || header.encoding != Encoding::raw) detail::refuse(std::string("The payload holds a '") + detail::name_of(header.kind) + "', not a bundle.");
    detail::require_crc(header, bytes.from(at));
    if (length - at < 4) detail::refuse("The bundle ends before its table.");
    const std::size_t count = detail::little<std::uint16_t>(bytes.data + at);
    at += 4;
    std::size_t start = at + 8 * count;
    if (start > length) detail::refuse("The bundle says it has " + std::to_string(count) + " parts, which its " + std::to_string(length) + " bytes do not hold.");
    std::vector<Part> parts;
    for (std::size_t i = 0; i < count; i++, at += 8) {
        const std::size_t size = detail::little<std::uint32_t>(bytes.data + at + 4);
        if (size > length - start) detail::refuse("Part " + std::to_string(i + 1) + " of the bundle says it has " + std::to_string(size) + " bytes, " + std::to_string(length - start) + " are left.");
        const detail::Bytes part = bytes.part(start, size);
        start += size;
        const std::uint8_t kind = bytes.data[at];
        if (kind < 1 || kind > 6) continue;  // an output that came after this version
        FrameHeader inner = read_header(part.data, part.size);
        if (static_cast<std::uint8_t>(inner.kind) != kind || inner.sequence != header.sequence || inner.session != header.session || inner.acquired != header.acquired) {
            detail::refuse("Part " + std::to_string(i + 1) + " of the bundle is not what the table of frame " + std::to_string(header.sequence) + " says.");
        }
        inner.published = header.published;  // the parts left with the bundle
        parts.push_back({inner, part.data, part.size});
    }
    if (start != length) detail::refuse(std::to_string(length - start) + " bytes follow the last part of the bundle.");
    return parts;
}

/// The points of a message of the topic cam/<c>/points.
inline std::vector<LabelledPoint> read_points(const void* payload, std::size_t length) {
    const detail::Bytes bytes{static_cast<const std::uint8_t*>(payload), length};
    std::size_t start;
    const FrameHeader header = detail::locate(bytes, start);
    if (header.kind != Kind::points || header.encoding != Encoding::raw) detail::refuse(std::string("The payload holds a '") + detail::name_of(header.kind) + "', not points.");
    detail::require_crc(header, bytes.from(start));
    if (length - start != std::size_t{header.width} * 25) detail::refuse("The payload has " + std::to_string(length - start) + " bytes of points; " + std::to_string(header.width) + " points need " + std::to_string(header.width * 25) + ".");
    std::vector<LabelledPoint> points;
    points.reserve(header.width);
    for (const std::uint8_t* at = bytes.data + start; at < bytes.data + length; at += 25) {
        const auto number = [at](std::size_t i) { return detail::little<float>(at + 4 * i); };
        points.push_back({{number(0), number(1), number(2)}, {number(3), number(4), number(5)}, at[24]});
    }
    return points;
}

/// The point that a pixel of a depth frame sees: metres in the camera optical frame (x right, y down, z forward; REP 103), NaN where
/// the depth is invalid. For a lens whose distortion the node has taken out (or has none).
inline Point to_point(const Frame& frame, const Intrinsics& camera, unsigned column, unsigned row) {
    const float z = frame.depth.at(std::size_t{row} * frame.header.width + column);
    return {static_cast<float>((column - camera.cx) / camera.fx * z), static_cast<float>((row - camera.cy) / camera.fy * z), z};
}

/// A slot of one between the thread that receives and the one that works: the newest item wins, what it replaces is counted.
template <typename T>
class Newest {
public:
    void put(T item) {
        {
            const std::lock_guard lock(mutex_);
            replaced_ += item_.has_value();
            item_ = std::move(item);
        }
        changed_.notify_one();
    }

    /// The newest item that was not taken yet; none if none came in time.
    std::optional<T> take(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, timeout, [this] { return item_.has_value(); });
        return std::exchange(item_, std::nullopt);
    }

    std::uint64_t replaced() {
        const std::lock_guard lock(mutex_);
        return replaced_;
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<T> item_;
    std::uint64_t replaced_ = 0;
};

}  // namespace roboperception

#endif
