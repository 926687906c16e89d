// The points of a depth payload, row by row: PAYLOAD FX FY CX CY.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include "roboperception.hpp"

int main(int, char** arguments)
{
    std::ifstream stream(arguments[1], std::ios::binary);
    const std::vector<char> payload{std::istreambuf_iterator<char>(stream), {}};
    const roboperception::Frame frame = roboperception::decode(payload.data(), payload.size());
    const auto number = [&](int i) { return std::strtod(arguments[i], nullptr); };
    const roboperception::Intrinsics camera{number(2), number(3), number(4), number(5)};
    std::printf("[");
    for (unsigned row = 0; row < frame.header.height; row++) {
        for (unsigned column = 0; column < frame.header.width; column++) {
            const roboperception::Point p = roboperception::to_point(frame, camera, column, row);
            std::printf(row + column == 0 ? "" : ",");
            if (std::isnan(p.z)) std::printf("[null,null,null]");
            else std::printf("[%.9g,%.9g,%.9g]", p.x, p.y, p.z);
        }
    }
    std::printf("]\n");
}
