using System.Security.Authentication;
using MQTTnet;
using MQTTnet.Exceptions;
using RoboPerception.Core;

namespace RoboPerception.Messaging;

/// <summary>Why an attempt failed, and whether trying again can help.</summary>
internal readonly record struct ConnectFailure(string Message, bool IsPermanent, Exception? Exception)
{
    public static ConnectFailure Of(BrokerAddress broker, MqttClientConnectResult result) => result.ResultCode switch
    {
        MqttClientConnectResultCode.BadUserNameOrPassword or MqttClientConnectResultCode.NotAuthorized => new(
            broker.UserName is null
                ? $"The broker {broker} does not let anonymous clients in: write {(broker.Tls ? "mqtts" : "mqtt")}://user@{broker.Host} and give the password in a file."
                : $"The broker {broker} refused the user name or the password: check the account and the password file.",
            true,
            null),
        MqttClientConnectResultCode.UnsupportedProtocolVersion => new($"The broker {broker} speaks neither MQTT 5 nor 3.1.1: use mosquitto 2.0 or newer.", true, null),
        MqttClientConnectResultCode.UseAnotherServer or MqttClientConnectResultCode.ServerMoved => new(
            $"The broker {broker} has moved{(string.IsNullOrEmpty(result.ServerReference) ? "" : $" to {result.ServerReference}")}: name the new one.", true, null),
        MqttClientConnectResultCode.TopicNameInvalid => new($"The broker {broker} does not take the topic of our will: choose another prefix or node id.", true, null),
        MqttClientConnectResultCode.PacketTooLarge => new($"The broker {broker} takes such small packets that not even the connection fits: raise its max_packet_size.", true, null),
        MqttClientConnectResultCode.ClientIdentifierNotValid => new($"The broker {broker} refused the client id: choose another node id.", true, null),
        MqttClientConnectResultCode.Banned or MqttClientConnectResultCode.BadAuthenticationMethod => new($"The broker {broker} refused this client ({result.ResultCode}): ask its administrator.", true, null),
        _ => new($"The broker {broker} is not ready ({result.ResultCode}).", false, null),
    };

    public static ConnectFailure Of(BrokerAddress broker, Exception exception) => exception switch
    {
        // Not for good: NTP has its answer seconds after the boot.
        ClockBehindException or MqttCommunicationException { InnerException: ClockBehindException } => new(
            $"The broker {broker} cannot be trusted yet: {(exception as ClockBehindException ?? exception.InnerException!).Message}", false, exception),
        MqttCommunicationException { InnerException: AuthenticationException tls } => new(
            $"TLS with the broker {broker} failed: {tls.Message} Check that the host name is the certificate's, and name its authority with the CA file option.", true, exception),
        _ => new($"The broker {broker} cannot be reached: {exception.Message}", false, exception),
    };

    public UserErrorException ToUserError() => new(ExitCode.Broker, Message, Exception);
}
