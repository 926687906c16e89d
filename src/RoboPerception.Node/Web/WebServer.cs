using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RoboPerception.Core;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;

namespace RoboPerception.Node.Web;

/// <summary>What the node serves over HTTP at <c>http.port</c>: <c>/healthz</c> and <c>/metrics</c>.</summary>
internal static class WebServer
{
    /// <summary>Adds Kestrel and routing, and nothing else.</summary>
    public static void Add(WebApplicationBuilder builder, NodeSettings settings)
    {
        builder.Services.AddRoutingCore();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, settings.HttpPort);
        });
    }

    /// <summary>Maps the pages.</summary>
    public static void Map(WebApplication application)
    {
        NodeReports reports = application.Services.GetRequiredService<NodeReports>();
        application.MapGet("/healthz", context => WriteAsync(context, reports.IsHealthy ? 200 : 503, "application/json", MessageJson.Write(reports.Health())));
        application.MapGet("/metrics", context => WriteAsync(context, 200, "text/plain; version=0.0.4", Encoding.UTF8.GetBytes(reports.Prometheus())));
        application.MapFallback(context => WriteAsync(context, 404, "text/plain", "there are /healthz and /metrics\n"u8.ToArray()));
    }

    /// <summary>What the user is told when the port does not open; null if the failure is another.</summary>
    public static UserErrorException? BindFailure(Exception failure, NodeSettings settings) =>
        settings.HttpPort > 0 && (failure is IOException { InnerException: AddressInUseException } or SocketException)
            ? new UserErrorException(ExitCode.Usage, $"http.port {settings.HttpPort} cannot be opened: {failure.Message}; choose another or 0 for none", failure)
            : null;

    private static Task WriteAsync(HttpContext context, int status, string type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body).AsTask();
    }
}
