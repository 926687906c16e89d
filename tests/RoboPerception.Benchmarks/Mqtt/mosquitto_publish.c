/* The other side of the MQTT benchmark: publishes messages with libmosquitto and prints how long each took, in nanoseconds.
 *
 *   mosquitto_publish PORT TOPIC BYTES COUNT PERIOD_US QOS
 *
 * At QoS 0 a publish ends when the whole message is in the socket, at QoS 1 when the broker has acknowledged it. */
#include <mosquitto.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static int done;

static void on_publish(struct mosquitto *client, void *data, int id)
{
    (void)client; (void)data; (void)id;
    done = 1;
}

static long long now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

int main(int count, char **arguments)
{
    if (count != 7) {
        fprintf(stderr, "usage: mosquitto_publish PORT TOPIC BYTES COUNT PERIOD_US QOS\n");
        return 2;
    }
    int bytes = atoi(arguments[3]), messages = atoi(arguments[4]), qos = atoi(arguments[6]);
    long long period = atoll(arguments[5]) * 1000;
    char *payload = calloc(1, bytes);
    mosquitto_lib_init();
    struct mosquitto *client = mosquitto_new("bench-libmosquitto", true, NULL);
    mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
    mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
    mosquitto_publish_callback_set(client, on_publish);
    if (!payload || mosquitto_connect(client, "127.0.0.1", atoi(arguments[1]), 60) != MOSQ_ERR_SUCCESS) {
        fprintf(stderr, "mosquitto_publish: cannot connect\n");
        return 1;
    }
    for (int i = 0; i < 20; i++) {
        mosquitto_loop(client, 10, 1);
    }
    long long next = now();
    for (int i = 0; i < messages; i++) {
        next += period;
        struct timespec until = { next / 1000000000LL, next % 1000000000LL };
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        done = 0;
        long long begun = now();
        if (mosquitto_publish(client, NULL, arguments[2], bytes, payload, qos, false) != MOSQ_ERR_SUCCESS) {
            fprintf(stderr, "mosquitto_publish: publish failed\n");
            return 1;
        }
        while (!done) {
            if (mosquitto_loop(client, 1000, 1) != MOSQ_ERR_SUCCESS) {
                fprintf(stderr, "mosquitto_publish: connection lost\n");
                return 1;
            }
        }
        printf("%lld\n", now() - begun);
    }
    mosquitto_disconnect(client);
    mosquitto_destroy(client);
    return 0;
}
