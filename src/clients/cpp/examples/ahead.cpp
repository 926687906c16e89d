// How far it is straight ahead. Debian, Ubuntu: apt install g++ libmosquitto-dev
//     g++ -std=c++17 -O2 -I.. ahead.cpp -lmosquitto -o ahead && ./ahead broker.local 1883
#include <cstdio>
#include <cstdlib>
#include <mosquitto.h>
#include "roboperception.hpp"

using Payload = std::vector<std::uint8_t>;

int main(int count, char** arguments)
{
    const char* host = count > 1 ? arguments[1] : "broker.local";
    const int port = count > 2 ? std::atoi(arguments[2]) : 1883;
    roboperception::Newest<Payload> newest;             // the network's thread puts, this one takes: never an old frame

    mosquitto_lib_init();
    mosquitto* client = mosquitto_new(nullptr, true, &newest);
    mosquitto_connect_callback_set(client, [](mosquitto* client, void*, int) {
        mosquitto_subscribe(client, nullptr, "roboperception/v1/front/cam/cam0/depth", 0);
    });
    mosquitto_message_callback_set(client, [](mosquitto*, void* slot, const mosquitto_message* message) {
        const auto* bytes = static_cast<const std::uint8_t*>(message->payload);
        static_cast<roboperception::Newest<Payload>*>(slot)->put(Payload(bytes, bytes + message->payloadlen));
    });
    if (int error = mosquitto_connect(client, host, port, 15)) {
        std::fprintf(stderr, "the broker %s:%d cannot be reached: %s\n", host, port, mosquitto_strerror(error));
        return 5;
    }
    mosquitto_loop_start(client);
    while (auto payload = newest.take(std::chrono::seconds(5))) {
        try {
            const roboperception::Frame frame = roboperception::decode(payload->data(), payload->size());
            const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
            const std::size_t centre = std::size_t{frame.header.height} / 2 * frame.header.width + frame.header.width / 2;
            std::printf("frame %llu, %.0f ms old: %.3f m ahead\n", static_cast<unsigned long long>(frame.header.sequence), (now - frame.header.acquired) / 1e6, frame.depth.at(centre));
            std::fflush(stdout);
        } catch (const roboperception::PayloadError& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
    }
    mosquitto_disconnect(client);
    mosquitto_loop_stop(client, false);
    mosquitto_destroy(client);
    mosquitto_lib_cleanup();
}
